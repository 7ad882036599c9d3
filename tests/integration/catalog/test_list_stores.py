"""The JSON API: stores by shelf, name and rate, in pages, with problems that name the field."""

import pytest
from flask.testing import FlaskClient

from tests.support.clock import SteppedClock


def test_pages_walk_through_all_stores(visitor: FlaskClient) -> None:
    seen: list[str] = []
    after = ""
    while after is not None:
        path = f"/api/stores?limit=10{'&after=' + after if after else ''}"
        page = visitor.get(path).get_json()
        seen += [one["store_id"] for one in page["data"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == page["total"]


def test_a_store_tells_its_rates_and_promotions(visitor: FlaskClient, clock: SteppedClock) -> None:
    clock.now = clock.now.replace(day=28)
    told = visitor.get("/api/stores/aliexpress").get_json()
    assert told["headline"] == "12 %"
    assert told["best"] == {"kind": "percent", "basis_points": 1200, "rubles": None, "up_to": False}
    assert [one["text"] for one in told["rates"]] == ["no cashback", "12 %"]
    usual = {"kind": "percent", "basis_points": 700, "rubles": None}
    assert [one["usual"] for one in told["rates"]] == [None, usual]
    assert (told["logo_letters"], told["logo_colour"]) == ("Ali", "red")
    assert "Алиэкспресс" in told["keywords"]
    assert told["promotions"] == [
        {
            "name": "Black Friday",
            "valid_from": "2026-11-26T21:00:00Z",
            "valid_to": "2026-11-30T21:00:00Z",
        }
    ]
    assert told["go_url"] == "http://clicks.test/go/aliexpress"


def test_groups_tell_how_many_stores_they_have(visitor: FlaskClient) -> None:
    groups = visitor.get("/api/groups").get_json()["data"]
    total = visitor.get("/api/stores").get_json()["total"]
    assert len(groups) == 6
    assert sum(group["stores"] for group in groups) == total
    for group in groups:
        assert sum(one["stores"] for one in group["subgroups"]) == group["stores"]
        shown = visitor.get(f"/api/stores?group={group['group_id']}").get_json()
        assert shown["total"] == group["stores"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("limit=0", 422, "limit"),
        ("limit=1001", 422, "limit"),
        ("limit=1e2", 422, "limit"),
        ("sort=money", 422, "sort"),
        ("colour=red", 422, "colour"),
        ("group=Retail", 422, "group"),
        ("q=" + "x" * 101, 422, "q"),
        ("q=%00", 422, "q"),
        ("limit=1&limit=2", 400, "limit"),
        ("q=%ff", 400, "q"),
    ],
)
def test_a_wrong_query_is_refused_with_its_field(
    visitor: FlaskClient, query: str, status: int, field: str
) -> None:
    answer = visitor.get(f"/api/stores?{query}")
    assert answer.status_code == status
    assert answer.get_json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["/api/stores/nowhere", "/api/stores?after=nowhere", "/api/none"])
def test_what_is_not_there_is_a_problem(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
