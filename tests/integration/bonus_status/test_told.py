"""What, why, when: expected dates, debts with their cause, and the programme's own decisions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from services.bonus_status.work.delays import CountDelays
from tests.integration.bonus_status.api import CLERK, asked, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

ORDERED_AT = datetime.fromisoformat("2026-11-20T10:30:00Z")


@pytest.fixture
def buyer(desk: Desk) -> Iterator[FlaskClient]:
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    with client_of(desk) as client:
        yield sign_in(desk, client, desk.member_id)


def confirmed_after(desk: Desk, days: list[int]) -> None:
    for some in days:
        desk.earned(at=ORDERED_AT + timedelta(days=some))


def test_after_fifty_confirmed_purchases_the_store_s_own_delay_counts(
    desk: Desk, buyer: FlaskClient
) -> None:
    desk.hear(desk.conversion(line := bonuses.new_id()))
    counting = CountDelays(desk.engine, lambda: ORDERED_AT + timedelta(days=100))
    confirmed_after(desk, [10] * 25 + [20] * 24)
    counting.work()
    assert asked(buyer, f"/me/bonuses/{line}")["expected"]["basis"] == "promise"
    confirmed_after(desk, [30])
    counting.work()
    expected = asked(buyer, f"/me/bonuses/{line}")["expected"]
    assert expected["basis"] == "experience"
    assert expected["at"] == "2026-11-30T10:30:00Z"
    assert expected["by"] == "2026-12-10T10:30:00Z"


@pytest.mark.parametrize("status", ["approved", "declined", "returned"])
def test_a_bonus_that_is_decided_is_expected_no_more(
    desk: Desk, buyer: FlaskClient, status: str
) -> None:
    desk.hear(desk.conversion(line := bonuses.new_id()))
    assert asked(buyer, f"/me/bonuses/{line}")["expected"] is not None
    paid = {"paid_minor": 0} if status == "returned" else {}
    desk.hear(desk.conversion(line, ORDERED_AT + timedelta(days=9), status=status, **paid))
    told = asked(buyer, f"/me/bonuses/{line}")
    assert (told["expected"], told["promised_at"] is None) == (None, False)


def test_a_debt_is_shown_with_its_cause(desk: Desk, buyer: FlaskClient) -> None:
    line, payout_id = desk.earned(), bonuses.new_id()
    desk.hear(desk.asks(payout_id, amount=50), desk.ends(payout_id, "completed", 50))
    assert asked(buyer, "/me/debts") == {"debt": 0, "data": []}
    desk.hear(desk.conversion(line, status="returned", paid_minor=0))
    owed = asked(buyer, "/me/debts")
    assert owed["debt"] == 50
    (debt,) = owed["data"]
    assert (debt["bonus_id"], debt["owed"]) == (line, 50)
    assert debt["in_words"].startswith("50 points of your purchase at ")
    assert "the goods were returned after 50 points had been paid" in debt["in_words"]
    (posting,) = desk.rows(
        "SELECT * FROM postings WHERE bonus_id = :bonus_id AND source = 'member_debt'", line
    )
    assert posting["corrects_payout"] == f"{line}:{payout_id}:spent"
    desk.earned()
    assert asked(buyer, "/me/debts") == {"debt": 0, "data": []}


def test_another_member_sees_no_debts_of_mine(desk: Desk, buyer: FlaskClient) -> None:
    assert buyer.get(f"/members/{desk.member_id}/debts").status_code in {401, 403}
    answer = buyer.get(f"/members/{desk.member_id}/debts", headers=CLERK)
    assert answer.get_json() == {"debt": 0, "data": []}


def test_the_programme_decides_whether_unfunded_points_accrue(
    fresh_desk: Desk,
) -> None:
    desk = fresh_desk
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    with client_of(desk) as client:
        assert client.get("/settings", headers=CLERK).get_json() == {"unfunded_accrues": False}
        desk.hear(desk.conversion(waits := bonuses.new_id(), status="approved_unfunded"))
        decided = {"unfunded_accrues": True, "reason": "a campaign", "clerk": "finance-1"}
        assert client.put("/settings", json=decided, headers=CLERK).status_code == 200
        desk.hear(desk.conversion(accrues := bonuses.new_id(), status="approved_unfunded"))
        sign_in(desk, client, desk.member_id)
        found = {one["bonus_id"]: one for one in asked(client, "/me/bonuses")["data"]}
    assert (found[waits]["status"], found[accrues]["status"]) == ("pending", "accrued")
    assert found[waits]["status_told"]["code"] == "waits_for_money"
    assert found[accrues]["is_unfunded"] is True


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"unfunded_accrues": "maybe"}, "unfunded_accrues"),
        ({"reason": ""}, "reason"),
        ({"clerk": "Not A Slug"}, "clerk"),
        ({"more": 1}, "more"),
    ],
)
def test_a_wrong_decision_is_named(desk: Desk, wrong: dict[str, object], field: str) -> None:
    decided = {"unfunded_accrues": True, "reason": "a campaign", "clerk": "finance-1"} | wrong
    with client_of(desk) as client:
        answer = client.put("/settings", json=decided, headers=CLERK)
        assert answer.status_code == 422
        assert field in [fault["field"] for fault in answer.get_json()["errors"]]
        nobody = client.put("/settings", json=decided)
    assert nobody.status_code in {401, 403, 422}
