"""What stores report becomes bonuses, and the books stay right."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

APPROVED_AT = bonuses.REPORTED_AT + timedelta(days=9)


@pytest.fixture(autouse=True)
def a_known_store(desk: Desk) -> None:
    desk.hear(desk.store())


def test_a_report_opens_a_pending_bonus_of_the_terms_at_the_click(desk: Desk) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line))
    bonus = desk.bonus(line)
    assert (bonus["status"], bonus["amount"]) == ("pending", 76)
    assert bonus["expected_at"] == datetime(2026, 11, 20, 10, 30, tzinfo=UTC) + timedelta(days=45)
    assert desk.has(pending=76)
    (said,) = desk.said()
    assert (said["version"], said["data"]["balance"]["pending"]) == (1, 76)
    assert said["data"]["expected_at"] == "2027-01-04T10:30:00Z"
    assert desk.books_are_right()


def test_an_approval_accrues_from_the_moment_it_was_known(desk: Desk) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line), desk.conversion(line, APPROVED_AT, status="approved"))
    assert (desk.bonus(line)["status"], desk.bonus(line)["accrued_at"]) == ("accrued", APPROVED_AT)
    assert desk.has(accrued=76)
    assert [one["data"]["status"] for one in desk.said()] == ["pending", "accrued"]


def test_an_approval_may_be_the_first_that_is_heard(desk: Desk) -> None:
    line = desk.earned()
    assert (desk.bonus(line)["status"], desk.has(accrued=76)) == ("accrued", True)


def test_a_decline_rejects_with_its_reason(desk: Desk) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line))
    desk.hear(desk.conversion(line, status="declined", reason="Order was not paid"))
    assert desk.bonus(line)["reason"] == "Order was not paid"
    assert (desk.bonus(line)["status"], desk.has()) == ("rejected", True)
    assert desk.books_are_right()


@pytest.mark.parametrize("first", ["reported", "approved"])
@pytest.mark.parametrize(("paid", "points"), [(54_950, 38), (219_800, 153), (0, 0)])
def test_an_amendment_posts_the_difference_where_the_points_stand(
    desk: Desk, first: str, paid: int, points: int
) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line, status=first))
    desk.hear(desk.conversion(line, status=first, paid_minor=paid))
    place = "pending" if first == "reported" else "accrued"
    assert desk.has(**{place: points})
    amended = desk.rows("SELECT * FROM postings WHERE member_id = :member_id ORDER BY posting_id")
    assert amended[-1]["amount"] == abs(points - 76)
    assert amended[-1]["corrects"] == amended[0]["fact"]
    assert desk.books_are_right()


def test_a_return_after_accrual_takes_the_points_back(desk: Desk) -> None:
    line = desk.earned()
    desk.hear(desk.conversion(line, status="returned", paid_minor=0, reason="Return"))
    assert (desk.bonus(line)["status"], desk.bonus(line)["amount"]) == ("rejected", 0)
    assert desk.has()
    assert desk.books_are_right()


def test_an_amendment_counts_by_the_terms_frozen_at_the_first_record(desk: Desk) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line))
    rate = {"category": None, "kind": "percent", "basis_points": 100, "rubles": None}
    terms = {
        "terms_id": bonuses.new_id(),
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": None,
        "rates": [{**rate, "excluded": False}],
    }
    desk.hear(desk.store(terms=[terms]))
    desk.hear(desk.conversion(line, paid_minor=1_000_000))
    assert desk.has(pending=700)
    desk.hear(desk.conversion(line, paid_minor=1_000_000, category="tobacco"))
    assert desk.has()


def test_another_currency_counts_at_the_rate_of_the_conversion(desk: Desk) -> None:
    said = {"paid_minor": 2_609, "currency": "EUR", "rate_micro": 98_500_000}
    desk.hear(desk.conversion(bonuses.new_id(), **said))
    assert desk.has(pending=179)


def test_goods_that_earn_nothing_have_a_bonus_and_no_posting(desk: Desk) -> None:
    line = bonuses.new_id()
    desk.hear(desk.conversion(line, category="tobacco", status="approved"))
    assert (desk.bonus(line)["status"], desk.bonus(line)["amount"]) == ("accrued", 0)
    assert desk.rows("SELECT * FROM postings WHERE member_id = :member_id") == []


def test_a_conversion_waits_for_its_store_and_is_applied_by_itself(desk: Desk) -> None:
    line, known = bonuses.new_id(), desk.store_id
    desk.store_id = "not-there-yet-" + known
    desk.hear(desk.conversion(line), desk.conversion(line, status="approved", paid_minor=1_000_000))
    assert len(desk.waiting()) == 2
    late = desk.store()
    desk.store_id = known
    desk.hear(desk.conversion(bonuses.new_id()))
    assert desk.has(pending=76)
    desk.hear(late)
    desk.retry()
    desk.retry()
    assert (desk.waiting(), desk.has(pending=76, accrued=700)) == ([], True)


def test_a_click_before_the_first_terms_waits_visibly(desk: Desk) -> None:
    desk.hear(desk.conversion(bonuses.new_id(), clicked_at="2025-12-31T23:59:59.999Z"))
    assert "terms" in desk.waiting()[0]


def test_a_conversion_that_changes_its_member_is_parked(desk: Desk) -> None:
    """What would break it: paying one member for the purchase of another."""
    line = bonuses.new_id()
    desk.hear(desk.conversion(line))
    mine, desk.member_id = desk.member_id, bonuses.new_id()
    desk.hear(desk.conversion(line, status="approved"))
    assert "ForeignConversion" in desk.waiting()[0]
    desk.member_id = mine
    assert desk.has(pending=76)


def test_each_delivery_beyond_the_first_has_no_effect(desk: Desk) -> None:
    """INVARIANT: N deliveries are one effect; broken by any path around the version guard."""
    line = bonuses.new_id()
    events = [
        desk.conversion(line),
        desk.conversion(line, status="approved"),
        desk.conversion(line, status="approved", paid_minor=54_950),
    ]
    for again in ([0], [0, 1], [1, 0], [0, 1, 2], [2, 1, 0], [0, 1, 2]):
        desk.hear(*[events[one] for one in again])
    assert desk.has(accrued=38)
    assert len(desk.said()) == 3
    assert desk.books_are_right()


def test_a_gap_waits_for_what_is_missing(desk: Desk) -> None:
    line = bonuses.new_id()
    first, second = desk.conversion(line), desk.conversion(line, status="approved")
    desk.hear(second)
    assert desk.rows("SELECT * FROM bonuses WHERE member_id = :member_id") == []
    desk.hear(first)
    desk.retry()
    assert (desk.has(accrued=76), desk.waiting()) == (True, [])
