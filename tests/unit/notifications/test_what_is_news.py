"""What is worth an SMS: money moves, each once; never a pending bonus, never a stranger's link."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import (
    Account,
    Kind,
    News,
    is_harmless,
    news_of_bonus,
    news_of_completed,
    news_of_declined,
    news_of_reissued,
    news_of_returned,
)

RICH = Account(accrued=500, debt=0)
BONUS, MEMBER, PAYOUT = uuid4(), uuid4(), uuid4()


def _news(  # noqa: PLR0913 - what an event says of a bonus
    status: str,
    *,
    amount: int = 76,
    reason: str | None = None,
    store_id: str | None = "aliexpress",
    debit: int = 0,
    account: Account = RICH,
    source: str = "purchase",
) -> News | None:
    return news_of_bonus(
        bonus_id=BONUS,
        member_id=MEMBER,
        store_id=store_id,
        status=status,
        amount=amount,
        debit=debit,
        reason=reason,
        account=account,
        source=source,
    )


def test_a_confirmed_bonus_is_told_with_what_is_available_now() -> None:
    told = _news("accrued")
    assert told is not None
    assert told.kind is Kind.BONUS_ACCRUED
    assert told.facts == {"store": "aliexpress", "amount": 76, "available": 500, "debt": 0}


def test_a_bonus_of_no_store_is_told_when_it_is_given_and_not_when_it_falls() -> None:
    """A fall comes with its purchase's, which is told."""
    told = _news("accrued", store_id=None)
    assert told is not None
    assert told.kind is Kind.BONUS_GIVEN
    assert told.facts == {"amount": 76, "available": 500, "debt": 0}
    assert _news("rejected", store_id=None) is None


def test_a_gift_for_a_friend_is_news_of_friends() -> None:
    told = _news("accrued", store_id=None, source="invitation")
    assert told is not None
    assert told.kind is Kind.FRIEND_BONUS
    assert _news("pending", store_id=None, source="invitation") is None


@pytest.mark.parametrize(
    ("status", "amount"), [("pending", 76), ("written_off", 76), ("accrued", 0)]
)
def test_what_moves_no_money_of_the_member_is_no_news(status: str, amount: int) -> None:
    assert _news(status, amount=amount) is None


def test_a_later_statement_of_the_same_fact_has_the_same_cause() -> None:
    """INVARIANT: a bonus that is stated again after a reservation is not told again."""
    first, second = _news("accrued"), _news("accrued", amount=40)
    assert first is not None
    assert second is not None
    assert first.cause == second.cause


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (None, Kind.BONUS_REJECTED),
        ("declined", Kind.BONUS_REJECTED),
        ("returned", Kind.BONUS_RETURNED),
        ("the order was cancelled", Kind.BONUS_REJECTED_BECAUSE),
        ("заказ отменён", Kind.BONUS_REJECTED_BECAUSE),
        ("see http://evil.example/pay", Kind.BONUS_REJECTED),
        ("evil.example", Kind.BONUS_REJECTED),
        ("call 89261234567", Kind.BONUS_REJECTED),
        ("x" * 200, Kind.BONUS_REJECTED),
        ("two\nlines", Kind.BONUS_REJECTED),
        ("{available.__class__}", Kind.BONUS_REJECTED),
    ],
)
def test_a_partners_words_are_told_only_when_harmless(reason: str | None, kind: Kind) -> None:
    """INVARIANT: nobody can send a link or a number to our members in our name."""
    told = _news("rejected", amount=0, reason=reason)
    assert told is not None
    assert told.kind is kind


@given(st.text(max_size=80))
def test_nothing_harmless_could_be_followed_or_called(reason: str) -> None:
    if is_harmless(reason):
        assert not set("./:@\n{}<>") & set(reason)
        assert sum(one.isdigit() for one in reason) < 40


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("certificate_voided", Kind.CERTIFICATE_VOIDED),
        ("wrong_subscriber", Kind.POINTS_RETURNED),
        (None, Kind.POINTS_RETURNED),
    ],
)
def test_points_that_come_back_say_from_what(reason: str | None, kind: Kind) -> None:
    told = news_of_returned(PAYOUT, MEMBER, 500, reason, Account(accrued=734, debt=0))
    assert (told.kind, told.facts) == (kind, {"amount": 500, "available": 734, "debt": 0})


def test_a_new_code_is_one_message_for_its_certificate() -> None:
    told = news_of_reissued(BONUS, MEMBER)
    assert (told.kind, told.facts) == (Kind.CERTIFICATE_REISSUED, {"certificate_id": str(BONUS)})
    assert told.cause == f"certificate:{BONUS}:issued"


def test_points_that_a_clerk_takes_are_told_with_his_reason_and_the_debt_they_leave() -> None:
    """INVARIANT: no points are taken without a word; told once, also when it is repaid later."""
    taken = {"store_id": None, "amount": 0, "debit": 100, "reason": "paid twice in November"}
    told = _news("accrued", **taken, account=Account(accrued=76, debt=100))
    assert told is not None
    assert told.kind is Kind.BONUS_DEBITED_BECAUSE
    assert told.facts == {
        "amount": 100,
        "reason": "paid twice in November",
        "available": 0,
        "debt": 24,
    }
    later = _news("accrued", **taken, account=Account(accrued=0, debt=24))
    assert later is not None
    assert later.cause == told.cause
    shy = _news("accrued", **taken | {"reason": "see http://desk.example/7"})
    assert shy is not None
    assert shy.kind is Kind.BONUS_DEBITED


def test_a_return_that_leaves_a_debt_says_the_debt() -> None:
    told = _news("rejected", amount=0, reason="returned", account=Account(accrued=0, debt=76))
    assert told is not None
    assert (told.facts["available"], told.facts["debt"]) == (0, 76)


def test_a_top_up_is_one_message_and_each_certificate_its_own() -> None:
    [told] = news_of_completed(PAYOUT, MEMBER, 300, [])
    assert (told.kind, told.facts) == (Kind.TOP_UP_COMPLETED, {"amount": 300})
    ids = [UUID(int=1), UUID(int=2)]
    issued = news_of_completed(PAYOUT, MEMBER, 600, ids)
    assert [one.facts for one in issued] == [{"certificate_id": str(one)} for one in ids]
    assert len({one.cause for one in issued}) == 2


def test_a_relatives_top_up_is_told_as_the_relatives() -> None:
    """The member's own phone got nothing: he must not be told that it did."""
    [told] = news_of_completed(PAYOUT, MEMBER, 300, [], UUID(int=3))
    assert told.kind is Kind.RELATIVE_TOPPED_UP
    declined = news_of_declined(PAYOUT, MEMBER, "top_up", 300, "no_number", relative_id=UUID(int=3))
    assert declined.kind is Kind.RELATIVE_TOP_UP_DECLINED


@pytest.mark.parametrize(
    ("payout_kind", "kind"),
    [("top_up", Kind.TOP_UP_DECLINED), ("certificate", Kind.CERTIFICATE_DECLINED)],
)
def test_a_declined_payout_is_told_with_what_to_change(payout_kind: str, kind: Kind) -> None:
    told = news_of_declined(PAYOUT, MEMBER, payout_kind, 300, "barred")
    assert (told.kind, told.facts["hint"]) == (kind, "barred")
