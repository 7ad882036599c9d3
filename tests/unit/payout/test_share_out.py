"""What each goal of a member gets from his points."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.domain import (
    Account,
    Goal,
    Kind,
    MemberStatus,
    Rules,
    Skipped,
    TopUpLimits,
    Waits,
    largest_that_fits,
    serve,
    share_out,
)

DENOMINATIONS = (100, 250, 500, 750, 1000, 1500, 2000, *range(2500, 80_001, 500))
RULES = Rules(TopUpLimits(1, 100_000), DENOMINATIONS)
OWN_NUMBER = Goal(UUID(int=1), Kind.TOP_UP)
MOTHERS = Goal(UUID(int=4), Kind.TOP_UP, relative_id=UUID(int=5))


def make_account(
    *goals: Goal, spendable: int = 1000, debt: int = 0, status: MemberStatus = MemberStatus.ACTIVE
) -> Account:
    return Account(uuid4(), status, debt, spendable, goals or (OWN_NUMBER,))


def limited(monthly_limit: int) -> Goal:
    return Goal(UUID(int=2), Kind.TOP_UP, monthly_limit=monthly_limit)


def saving(target: int | None) -> Goal:
    return Goal(UUID(int=3), Kind.CERTIFICATE, target=target)


def paused(goal: Goal) -> Goal:
    return replace(goal, is_paused=True)


def without_consent(goal: Goal) -> Goal:
    return replace(goal, has_consent=False)


def amounts(account: Account, rules: Rules = RULES) -> list[int]:
    return [share.amount for share in share_out(account, rules)[0]]


def test_all_points_top_up_the_own_number() -> None:
    assert amounts(make_account(spendable=734)) == [734]


def test_a_monthly_limit_leaves_the_rest_accrued() -> None:
    assert amounts(make_account(limited(300))) == [300]
    assert amounts(make_account(limited(300), spendable=120)) == [120]


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (make_account(status=MemberStatus.BLOCKED), Skipped.BLOCKED),
        (make_account(status=MemberStatus.ERASED), Skipped.ERASED),
        (make_account(debt=1), Skipped.DEBT),
        (make_account(spendable=0), Skipped.NOTHING),
        (make_account(spendable=-5), Skipped.NOTHING),
        (make_account(saving(2000), spendable=1999), Skipped.SAVING),
        (make_account(saving(None), spendable=99), Skipped.SAVING),
        (make_account(paused(OWN_NUMBER)), Skipped.PAUSED),
        (make_account(without_consent(MOTHERS)), Skipped.NO_CONSENT),
        (make_account(paused(OWN_NUMBER), saving(2000)), Skipped.SAVING),
    ],
)
def test_who_gets_nothing_is_told_why(account: Account, reason: Skipped) -> None:
    assert share_out(account, RULES) == ([], reason)


def test_less_than_the_smallest_top_up_waits_for_next_month() -> None:
    rules = Rules(TopUpLimits(10, 100_000), DENOMINATIONS)
    assert share_out(make_account(spendable=9), rules) == ([], Skipped.UNDER_MINIMUM)
    assert amounts(make_account(spendable=10), rules) == [10]


def test_more_than_the_operator_tops_up_at_once_waits_for_next_month() -> None:
    assert amounts(make_account(spendable=100_001)) == [100_000]


def test_a_reached_target_orders_exactly_its_certificate() -> None:
    account = make_account(saving(2000), OWN_NUMBER, spendable=2300)
    shares, reason = share_out(account, RULES)
    assert [(one.kind, one.amount, one.minimum) for one in shares] == [
        (Kind.CERTIFICATE, 2000, 2000),
        (Kind.TOP_UP, 300, 1),
    ]
    assert reason is None


def test_a_certificate_without_target_is_the_largest_that_fits() -> None:
    assert amounts(make_account(saving(None), spendable=734)) == [500]


def test_saving_holds_what_later_goals_would_eat() -> None:
    assert amounts(make_account(saving(2000), OWN_NUMBER, spendable=1999)) == []
    assert amounts(make_account(limited(300), saving(2000), spendable=1999)) == [300]


def test_a_paused_goal_is_passed_over_and_holds_nothing_back() -> None:
    assert amounts(make_account(paused(saving(2000)), OWN_NUMBER, spendable=1999)) == [1999]
    assert amounts(make_account(paused(limited(300)), saving(500), spendable=734)) == [500]


def test_a_relative_who_agrees_no_longer_is_passed_over() -> None:
    account = make_account(without_consent(MOTHERS), OWN_NUMBER, spendable=734)
    [share] = share_out(account, RULES)[0]
    assert (share.amount, share.relative_id) == (734, None)


def test_a_share_says_whose_number_it_is_for() -> None:
    [share] = share_out(make_account(MOTHERS), RULES)[0]
    assert share.relative_id == MOTHERS.relative_id


def test_each_goal_says_why_it_waits() -> None:
    goals = [paused(saving(500)), limited(300), saving(2000), OWN_NUMBER, without_consent(MOTHERS)]
    assert [(one.left, one.amount, one.waits) for one in serve(make_account(*goals), RULES)] == [
        (1000, 0, Waits.PAUSED),
        (1000, 300, None),
        (700, 0, Waits.SAVING),
        (700, 0, Waits.HELD),
        (700, 0, Waits.NO_CONSENT),
    ]
    assert [one.waits for one in serve(make_account(OWN_NUMBER, MOTHERS), RULES)] == [
        None,
        Waits.NOTHING_LEFT,
    ]


@pytest.mark.parametrize(
    ("points", "fits"),
    [(99, None), (100, 100), (249, 100), (2499, 2000), (2500, 2500), (80_000, 80_000),
     (10**9, 80_000)],
)  # fmt: skip
def test_the_largest_denomination_that_fits(points: int, fits: int | None) -> None:
    assert largest_that_fits(points, DENOMINATIONS) == fits


plain = st.one_of(
    st.builds(limited, st.integers(1, 5000)),
    st.sampled_from([OWN_NUMBER, MOTHERS]),
    st.builds(saving, st.one_of(st.none(), st.sampled_from(DENOMINATIONS))),
)
goals = st.lists(
    st.one_of(plain, plain.map(paused), plain.map(without_consent)),
    max_size=10,
)


@given(st.integers(-10, 200_000), goals, st.integers(1, 500))
def test_never_more_is_shared_out_than_there_is(
    spendable: int, wanted: list[Goal], minimum: int
) -> None:
    """INVARIANT: shares add up to at most the points and keep their minimums."""
    account = Account(uuid4(), MemberStatus.ACTIVE, 0, spendable, wanted)
    shares, reason = share_out(account, Rules(TopUpLimits(minimum, 100_000), DENOMINATIONS))
    assert sum(share.amount for share in shares) <= max(spendable, 0)
    assert (reason is None) == bool(shares)
    for share in shares:
        assert share.minimum <= share.amount
        if share.kind is Kind.CERTIFICATE:
            assert share.amount == share.minimum
            assert share.amount in DENOMINATIONS


@given(st.integers(-10, 200_000), goals, st.integers(1, 500))
def test_what_waits_might_as_well_not_be_there(
    spendable: int, wanted: list[Goal], minimum: int
) -> None:
    """INVARIANT: a paused goal, or one without consent, changes nothing of what others get."""
    rules = Rules(TopUpLimits(minimum, 100_000), DENOMINATIONS)
    active = [goal for goal in wanted if goal.has_consent and not goal.is_paused]
    account = Account(uuid4(), MemberStatus.ACTIVE, 0, spendable, wanted)
    assert share_out(account, rules)[0] == share_out(replace(account, goals=active), rules)[0]
