"""An import is wholly done or not at all, says what changed, and never rewrites the past."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.catalog import handlers, store
from services.catalog.shop_window.catalogue import Window
from tests.integration.catalog.conftest import OPERATOR, SHIPPED
from tests.support.clock import SteppedClock
from tests.unit.catalog.files import STORE, changed, read, with_promotion, yaml_file

SALE = """
    name: Sale
    valid_from: 2026-12-01
    valid_to: 2026-12-08
    rates: {others: 9%}"""
NEXT_YEAR = "\n      - valid_from: 2027-01-01\n        rates: {others: 3%}"


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_the_shipped_file_is_imported_and_the_second_time_changes_nothing(
    post_file: Callable[..., Any], said: Callable[[], list[Any]], engine: Engine
) -> None:
    raw = SHIPPED.read_bytes()
    first = post_file(raw).get_json()
    events = said()
    second = post_file(raw).get_json()
    assert len(first["added"]) == len(events) >= 60
    assert second == {
        "added": [],
        "changed": [],
        "unchanged": len(events),
        "groups_changed": [],
        "dry_run": False,
    }
    assert said() == events
    with engine.connect() as connection:
        numbers = [kept.number for kept in store.all_stores(connection)]
    assert numbers == list(range(1, len(events) + 1))


def test_what_was_imported_is_read_back_as_the_file_says(
    post_file: Callable[..., Any], engine: Engine
) -> None:
    post_file(SHIPPED.read_bytes())
    from_file = {one.store.store_id: one.store for one in read(SHIPPED.read_bytes()).entries}
    kept = Window(engine).look().stores
    assert len(kept) == len(from_file)
    for store_id, listed in kept.items():
        shop = from_file[store_id].tracking_url.replace("http://shop.test:8112", "http://shop.test")
        assert listed.kept.store.tracking_url == shop
        assert listed.timeline == from_file[store_id].timeline()


def test_only_stores_that_differ_are_said(
    post_file: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    other = changed("store_id: corner", "store_id: other")
    post_file(yaml_file(STORE, other))
    answer = post_file(yaml_file(with_promotion(SALE), other)).get_json()
    assert (answer["changed"], answer["unchanged"]) == (["corner"], 1)
    last = said()[-1]
    assert (last.aggregate_id, last.version) == ("corner", 2)
    assert [one["rates"][0]["basis_points"] for one in last.data["terms"]] == [200, 900, 200]
    assert last.data["number"] == said()[0].data["number"]


def test_a_cap_is_said_and_taken_back(
    post_file: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    days = "confirmation_days: 30"
    for cap in ("", "\n    order_cap_rubles: 500000", ""):
        post_file(yaml_file(changed(days, days + cap)))
    assert [one.data["order_cap_rubles"] for one in said()] == [None, 500_000, None]


def test_a_dry_run_tells_and_changes_nothing(
    post_file: Callable[..., Any], said: Callable[[], list[Any]], engine: Engine
) -> None:
    answer = post_file(yaml_file(), query="?dry_run=true").get_json()
    assert (answer["added"], answer["dry_run"]) == (["corner"], True)
    assert said() == []
    assert count(engine, "stores") == count(engine, "groups") == 0


def test_one_bad_line_imports_nothing(
    post_file: Callable[..., Any], said: Callable[[], list[Any]], engine: Engine
) -> None:
    """INVARIANT: all or nothing; half a catalog would pay half the members wrongly."""
    bad = changed("store_id: corner", "store_id: other").replace("30", "300")
    answer = post_file(yaml_file(STORE, bad))
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"] == [
        {
            "line": 28,
            "field": "stores[1].confirmation_days",
            "message": "A whole number from 0 to 90.",
        }
    ]
    assert said() == []
    assert count(engine, "stores") == 0


def test_an_unknown_shelf_is_told_with_those_that_there_are(
    post_file: Callable[..., Any],
) -> None:
    nowhere = changed("subgroup: groceries", "subgroup: jewellery")
    other = changed("store_id: corner", "store_id: other").replace("group: retail", "group: sea")
    errors = post_file(yaml_file(nowhere, other)).get_json()["errors"]
    assert errors == [
        {"line": 12, "field": "stores[0].subgroup", "message": "retail has groceries."},
        {"line": 23, "field": "stores[1].group", "message": "No such group; there are retail."},
    ]


def test_what_a_store_paid_before_now_cannot_be_changed(
    post_file: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    """INVARIANT: the terms at the click count; a rewritten past changes what members were told."""
    post_file(yaml_file())
    for rewritten in (changed("2%", "1%"), changed("2026-01-01", "2026-01-02")):
        answer = post_file(yaml_file(rewritten))
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["field"] == "stores[0].terms"
        assert answer.get_json()["errors"][0]["line"] == 17
    assert len(said()) == 1


def test_terms_that_are_still_to_begin_may_be_added_and_changed(
    post_file: Callable[..., Any], clock: SteppedClock
) -> None:
    post_file(yaml_file())
    later = STORE.rstrip() + NEXT_YEAR + "\n"
    assert post_file(yaml_file(later)).get_json()["changed"] == ["corner"]
    better = later.replace("3%", "4%")
    assert post_file(yaml_file(better)).get_json()["changed"] == ["corner"]
    clock.move(timedelta(days=60))
    assert post_file(yaml_file(later)).status_code == 422


def test_a_running_promotion_may_end_early_but_not_vanish(
    post_file: Callable[..., Any], clock: SteppedClock
) -> None:
    post_file(yaml_file(with_promotion(SALE)))
    clock.now = clock.now.replace(month=12, day=4)
    assert post_file(yaml_file()).status_code == 422
    earlier = with_promotion(SALE.replace("2026-12-08", "2026-12-05"))
    assert post_file(yaml_file(earlier)).get_json()["changed"] == ["corner"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59Z", "2200-01-01", "1999-12-31"])
def test_a_moment_beyond_the_programmes_years_is_refused(
    post_file: Callable[..., Any], said: Callable[[], list[Any]], moment: str
) -> None:
    answer = post_file(yaml_file(with_promotion(SALE.replace("2026-12-08", moment))))
    assert answer.status_code == 422
    [error] = answer.get_json()["errors"]
    assert (error["line"], error["field"]) == (23, "stores[0].promotions[0].valid_to")
    assert "2000 to 2199" in error["message"]
    assert said() == []


def test_a_csv_file_adds_to_the_same_catalogue(post_file: Callable[..., Any]) -> None:
    post_file(yaml_file())
    line = (
        "other,Other,home-market,retail,groceries,Open.,None.,"
        "https://other.example/?sid={click_id},30,2026-01-01,others=2%\n"
    )
    head = (
        "store_id,name,partner_id,group,subgroup,description,conditions,tracking_url,"
        "confirmation_days,valid_from,rates\n"
    )
    answer = post_file(head + line, media_type="text/csv; charset=utf-8")
    assert answer.get_json()["added"] == ["other"]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"\xff\xfe", "application/yaml", 422),
        (b"a: &a [1]\nb: *a", "application/yaml", 422),
        (b"[" * 100_000, "application/yaml", 422),
        (b"x" * 2_000_000, "application/yaml", 413),
        (b"{}", "application/json", 415),
        (b"", "application/yaml", 422),
        (b"\x00", "text/csv", 422),
    ],
)
def test_other_bodies_are_refused_with_a_problem(
    visitor: FlaskClient, body: bytes, media_type: str, status: int
) -> None:
    headers = {**OPERATOR, "Content-Type": media_type}
    answer = visitor.post("/api/imports", data=body, headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_markup_is_refused_and_quotes_are_only_text(
    post_file: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    assert post_file(yaml_file(changed("Corner Shop", "<script>x</script>"))).status_code == 422
    robert = "Robert'); DROP TABLE stores;--"
    assert post_file(yaml_file(changed("Corner Shop", robert))).status_code == 200
    assert said()[0].data["name"] == robert


def test_two_imports_at_once_make_one_history(
    engine: Engine, clock: SteppedClock, said: Callable[[], list[Any]]
) -> None:
    """What breaks it: both read the catalogue as empty, and the second one fails or repeats."""
    together = threading.Barrier(2)
    answers: list[handlers.Imported] = []

    def run() -> None:
        file = read(SHIPPED.read_bytes())
        together.wait()
        with engine.begin() as connection:
            answers.append(handlers.import_file(connection, file, clock(), dry_run=False))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    added, unchanged = sorted((len(one.added), one.unchanged) for one in answers)[::-1]
    assert added == (len(said()), 0)
    assert unchanged == (0, len(said()))
