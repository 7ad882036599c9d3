"""Balances and history over HTTP: whose they are, how they are paged, and why they are so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.bonus_status.api.schemas import BonusPageSchema
from shared.identity import SESSION_COOKIE
from tests.integration.bonus_status.api import CLERK, PARTNER, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    with client_of(desk) as client:
        yield client


@pytest.fixture
def buyer(desk: Desk, client: FlaskClient) -> FlaskClient:
    """The member, signed in and heard of."""
    desk.hear(desk.member("active"))
    return sign_in(desk, client, desk.member_id)


def history(client: FlaskClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/me/bonuses{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.get_json()
    return page


def test_a_member_without_a_point_has_a_balance_of_zero(buyer: FlaskClient, desk: Desk) -> None:
    zero = dict.fromkeys(("pending", "accrued", "reserved", "written_off", "debt"), 0)
    assert buyer.get("/me/balance").get_json() == {"member_id": desk.member_id, **zero}


def test_the_balance_shows_every_place_of_the_points(buyer: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    desk.earned()
    desk.hear(desk.conversion(bonuses.new_id()))
    payout_id = bonuses.new_id()
    desk.hear(desk.asks(payout_id, amount=50))
    answer = buyer.get("/me/balance").get_json()
    assert (answer["pending"], answer["accrued"], answer["reserved"]) == (76, 26, 50)


def test_a_bonus_says_why_it_has_its_amount(buyer: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store(name="AliExpress"))
    desk.earned()
    (bonus,) = history(buyer)["data"]
    assert bonus["store_name"] == "AliExpress"
    assert bonus["why"]["in_words"].startswith("7 % of 1 099.00 RUB is 76.93 RUB, rounded down")
    assert bonus["why"]["rate"] == {"kind": "percent", "basis_points": 700, "rubles": None}
    assert bonus["why"]["clicked_at"] == "2026-11-20T10:00:00Z"
    assert bonus["promised_at"] == "2027-01-04T10:30:00Z"


def test_a_spent_bonus_leads_to_its_payout(buyer: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    desk.earned()
    payout_id = bonuses.new_id()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "completed", 50))
    (bonus,) = history(buyer)["data"]
    assert (bonus["available"], bonus["written_off"]) == (26, 50)
    (spent,) = bonus["spent_on"]
    assert (spent["payout_id"], spent["amount"], spent["state"]) == (payout_id, 50, "written_off")


def test_pages_follow_each_other_without_gap_or_repeat(buyer: FlaskClient, desk: Desk) -> None:
    """What would break it: an offset instead of a place, or a place of the time alone."""
    desk.hear(desk.store())
    lines = [bonuses.new_id() for _ in range(7)]
    moments = [bonuses.REPORTED_AT + timedelta(microseconds=n // 3) for n in range(7)]
    for line, moment in zip(lines, moments, strict=True):
        desk.hear(desk.conversion(line, moment))
    seen, query = [], "?limit=2"
    while query:
        page = history(buyer, query)
        seen += [bonus["conversion_id"] for bonus in page["data"]]
        query = f"?limit=2&after={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(lines)
    assert set(seen[:1]) == {lines[6]}


def test_history_is_filtered_by_status_and_period(buyer: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    desk.hear(desk.conversion(bonuses.new_id(), datetime(2026, 11, 1, tzinfo=UTC)))
    accrued = desk.earned(at=datetime(2026, 11, 2, tzinfo=UTC))
    assert [one["conversion_id"] for one in history(buyer, "?status=accrued")["data"]] == [accrued]
    period = "?from=2026-11-02T00:00:00Z&to=2026-11-03T00:00:00Z"
    assert [one["conversion_id"] for one in history(buyer, period)["data"]] == [accrued]
    assert history(buyer, "?to=2026-11-01T00:00:00Z")["data"] == []
    assert history(buyer, "?status=rejected") == {"data": [], "next": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=paid", "status"),
        ("limit=0", "limit"),
        ("limit=1000000", "limit"),
        ("limit=ten", "limit"),
        ("from=yesterday", "from"),
        ("from=2026-11-02", "from"),
        ("from=2026-11-02T00:00:00", "from"),
        ("from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "to"),
        ("from=2010-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        ("from=0001-01-01T00:00:00%2B23:59", "from"),
        ("after=nowhere", "after"),
        ("after=%D0%AF", "after"),
        ("after=f_________________________8=", "after"),
        ("after=%00", "after"),
        ("status=pending&status=accrued", "status"),
        ("page=2", "page"),
    ],
)
def test_a_wrong_parameter_is_named(buyer: FlaskClient, query: str, field: str) -> None:
    answer = buyer.get(f"/me/bonuses?{query}")
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.content_type == "application/problem+json"
    assert field in [fault["field"] for fault in answer.get_json()["errors"]]


def test_another_members_bonus_is_unknown(client: FlaskClient, desk: Desk) -> None:
    """What would break it: an answer that tells a stranger's bonus from no bonus at all."""
    desk.hear(desk.store())
    bonus_id = desk.bonus(desk.earned())["bonus_id"]
    sign_in(desk, client, desk.member_id)
    assert client.get(f"/me/bonuses/{bonus_id}").status_code == 200
    sign_in(desk, client, bonuses.new_id())
    theirs, nobodys = (
        client.get(f"/me/bonuses/{one}").get_json() for one in (bonus_id, bonuses.new_id())
    )
    assert (theirs["status"], theirs["code"]) == (nobodys["status"], nobodys["code"])
    assert theirs["status"] == 404


@pytest.mark.parametrize("path", ["/me/balance", "/me/bonuses", f"/me/bonuses/{bonuses.BUYER}"])
def test_a_members_pages_need_a_session(client: FlaskClient, desk: Desk, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=CLERK).status_code == 401
    client.set_cookie(SESSION_COOKIE, "forged")
    assert client.get(path).status_code == 401
    sign_in(desk, client, desk.member_id)
    desk.clock.move(timedelta(days=2))
    assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        f"/members/{bonuses.BUYER}/balance",
        f"/members/{bonuses.BUYER}/bonuses",
        f"/bonuses/{bonuses.BUYER}",
        "/ops/parked",
    ],
)
def test_a_clerks_pages_need_the_operators_key(buyer: FlaskClient, path: str) -> None:
    assert buyer.get(path).status_code == 401
    assert buyer.get(path, headers=PARTNER).status_code == 401
    assert buyer.get(path, headers={"Authorization": "Bearer service"}).status_code == 401
    assert buyer.get(path, headers=CLERK).status_code in {200, 404}


def test_a_clerk_sees_what_the_member_sees(buyer: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    bonus_id = desk.bonus(desk.earned())["bonus_id"]
    mine = buyer.get(f"/me/bonuses/{bonus_id}").get_json()
    assert buyer.get(f"/bonuses/{bonus_id}", headers=CLERK).get_json() == mine
    listed = buyer.get(f"/members/{desk.member_id}/bonuses", headers=CLERK).get_json()
    assert listed == {"data": [mine], "next": None}


def test_a_page_holds_what_its_schema_says_and_what_each_bonus_answers(
    buyer: FlaskClient, desk: Desk
) -> None:
    """CONTRACT: pages are written without the schema; what would break it: a field in one only."""
    desk.hear(desk.store())
    for reported in ("reported", "approved", "declined"):
        desk.hear(desk.conversion(bonuses.new_id(), status=reported))
    desk.earned()
    desk.hear(desk.asks(bonuses.new_id(), amount=50))
    page = history(buyer)
    assert {one["status"] for one in page["data"]} == {"pending", "accrued", "rejected"}
    assert any(one["spent_on"] for one in page["data"])
    assert page["data"] == [
        buyer.get(f"/me/bonuses/{one['bonus_id']}").get_json() for one in page["data"]
    ]
    BonusPageSchema().load(page)


def test_the_service_says_when_it_is_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {"postgres": "ready"}
