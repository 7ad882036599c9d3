"""Reserve, then settle: what payouts may take, in which order, and what comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

CUTOFF_AT = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_known_store_and_member(desk: Desk) -> None:
    desk.hear(desk.store())
    desk.hear(desk.member("active"))


@pytest.fixture
def payout_id() -> str:
    return bonuses.new_id()


def reserved(desk: Desk) -> dict[str, int]:
    rows = desk.rows("SELECT * FROM bonuses WHERE member_id = :member_id AND reserved > 0")
    return {str(row["conversion_id"]): row["reserved"] for row in rows}


def test_the_oldest_points_are_reserved_first(desk: Desk, payout_id: str) -> None:
    newer = desk.earned(at=bonuses.REPORTED_AT + timedelta(days=1))
    older = desk.earned()
    desk.hear(desk.asks(payout_id, amount=100))
    assert reserved(desk) == {older: 76, newer: 24}
    assert desk.has(accrued=52, reserved=100)
    (said,) = desk.said("points.reserved")
    assert (said["data"]["amount"], said["data"]["balance"]["reserved"]) == (100, 100)


def test_points_accrued_at_the_cutoff_wait_for_the_next_run(desk: Desk, payout_id: str) -> None:
    before = desk.earned(at=CUTOFF_AT - timedelta(microseconds=1))
    desk.earned(at=CUTOFF_AT)
    desk.hear(desk.asks(payout_id))
    assert reserved(desk) == {before: 76}


def test_what_accrued_before_the_cutoff_counts_as_it_stands_now(desk: Desk, payout_id: str) -> None:
    raised, fallen = desk.earned(), desk.earned()
    after = CUTOFF_AT + timedelta(hours=1)
    desk.hear(desk.conversion(raised, after, status="approved", paid_minor=219_800))
    desk.hear(desk.conversion(fallen, after, status="approved", paid_minor=50_000))
    desk.hear(desk.asks(payout_id))
    assert reserved(desk) == {raised: 153, fallen: 35}


@pytest.mark.parametrize(
    ("status", "minimum", "reason"),
    [("active", 77, "not_enough"), ("blocked", 1, "blocked"), ("erased", 1, "unknown_member")],
)
def test_a_refusal_is_an_answer_with_its_reason(
    desk: Desk, payout_id: str, status: str, minimum: int, reason: str
) -> None:
    desk.earned()
    desk.hear(desk.member(status))
    desk.hear(desk.asks(payout_id, minimum_amount=minimum))
    (said,) = desk.said("points.refused")
    assert (said["data"]["reason"], said["data"]["amount"]) == (reason, 1_000)
    assert desk.has(accrued=76)


def test_a_payout_waits_for_news_of_its_member(desk: Desk, payout_id: str) -> None:
    """The member may be blocked: points in plenty are no reason to pay before that is known."""
    desk.member_id = bonuses.new_id()
    desk.earned()
    desk.hear(desk.asks(payout_id))
    assert desk.has(accrued=76)
    assert "waits for news of its member" in desk.waiting()[0]
    desk.hear(desk.member("blocked"))
    desk.retry()
    assert [one["data"]["reason"] for one in desk.said("points.refused")] == ["blocked"]


def test_two_payouts_of_one_batch_do_not_share_points(desk: Desk) -> None:
    desk.earned()
    one, other = bonuses.new_id(), bonuses.new_id()
    desk.hear(desk.asks(one, amount=50), desk.asks(other, amount=50, minimum_amount=30))
    assert desk.has(accrued=26, reserved=50)
    assert [one["data"]["reason"] for one in desk.said("points.refused")] == ["not_enough"]


def test_a_completed_payout_writes_its_points_off(desk: Desk, payout_id: str) -> None:
    line = desk.earned()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "completed", 76))
    bonus = desk.bonus(line)
    assert (bonus["status"], str(bonus["payout_id"])) == ("written_off", payout_id)
    assert desk.has(written_off=76)
    assert desk.said("points.written_off")[0]["data"]["amount"] == 76
    assert desk.books_are_right()


def test_what_a_completed_payout_did_not_use_comes_back(desk: Desk, payout_id: str) -> None:
    line = desk.earned()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "completed", 50))
    assert desk.bonus(line)["status"] == "accrued"
    assert desk.has(accrued=26, written_off=50)
    assert desk.said("points.released") == []
    assert desk.said("bonus.changed")[-1]["data"]["available"] == 26
    assert desk.books_are_right()


def test_a_payout_that_paid_more_than_it_had_is_parked_for_a_clerk(
    desk: Desk, payout_id: str
) -> None:
    desk.earned()
    desk.hear(desk.asks(payout_id))
    desk.hear(desk.ends(payout_id, "completed", 77))
    assert "PaidMoreThanReserved" in desk.waiting()[0]
    assert desk.has(reserved=76)


def test_a_declined_payout_gives_the_points_back(desk: Desk, payout_id: str) -> None:
    desk.earned()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "declined", 76))
    assert desk.has(accrued=76)
    assert desk.said("points.released")[0]["data"]["reason"] == "barred"
    assert desk.books_are_right()


def test_a_reversed_payout_gives_the_points_back(desk: Desk, payout_id: str) -> None:
    line = desk.earned()
    desk.hear(
        desk.asks(payout_id),
        desk.ends(payout_id, "completed", 76),
        desk.ends(payout_id, "reversed", 76),
    )
    assert (desk.bonus(line)["status"], desk.bonus(line)["payout_id"]) == ("accrued", None)
    assert desk.has(accrued=76)
    assert [one["type"] for one in desk.said()][-1] == "points.returned"
    back = desk.rows("SELECT * FROM postings WHERE source = 'written_off' ORDER BY posting_id")[-1]
    assert back["corrects"].endswith(f"{payout_id}:spent")
    assert desk.books_are_right()


def test_a_return_after_the_payout_makes_a_debt_that_new_points_repay(
    desk: Desk, payout_id: str
) -> None:
    line = desk.earned()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "completed", 76))
    desk.hear(desk.conversion(line, status="returned", paid_minor=0))
    assert desk.has(written_off=76, debt=76)

    other = bonuses.new_id()
    desk.hear(desk.asks(other))
    assert desk.said("points.refused")[0]["data"]["reason"] == "debt"

    repaying = desk.earned(54_950)
    assert desk.has(written_off=76, debt=38)
    assert desk.bonus(repaying)["status"] == "written_off"
    desk.earned()
    assert desk.has(written_off=76, accrued=38)
    statuses = [
        one["data"]["status"]
        for one in desk.said("bonus.changed")
        if one["data"]["conversion_id"] == repaying
    ]
    assert statuses == ["accrued", "written_off"]
    assert desk.books_are_right()


def test_a_return_while_points_are_reserved_is_a_debt_until_they_come_back(
    desk: Desk, payout_id: str
) -> None:
    line = desk.earned()
    desk.hear(desk.asks(payout_id))
    desk.hear(desk.conversion(line, status="returned", paid_minor=0))
    assert desk.has(reserved=76, debt=76)
    desk.hear(desk.ends(payout_id, "declined", 76))
    assert desk.has()
    assert desk.books_are_right()


def test_free_points_of_another_bonus_settle_a_return_at_once(desk: Desk, payout_id: str) -> None:
    line = desk.earned()
    desk.hear(desk.asks(payout_id), desk.ends(payout_id, "completed", 76))
    desk.earned()
    desk.hear(desk.conversion(line, status="returned", paid_minor=0))
    assert desk.has(written_off=76)
    assert desk.books_are_right()


def test_each_delivery_of_a_payout_beyond_the_first_has_no_effect(
    desk: Desk, payout_id: str
) -> None:
    desk.earned()
    asked, done = desk.asks(payout_id, amount=50), desk.ends(payout_id, "completed", 50)
    for again in ([asked], [asked, asked], [asked, done], [done, asked], [done, done]):
        desk.hear(*again)
    assert desk.has(accrued=26, written_off=50)
    assert desk.books_are_right()
