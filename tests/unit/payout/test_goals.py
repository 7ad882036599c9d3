"""Which wishes become goals, and which goals stay the same ones."""

from uuid import UUID, uuid4

import pytest

from services.payout.domain import Goal, Kind
from services.payout.goals import (
    NoConsent,
    UnknownGoal,
    UnknownRelative,
    Wish,
    WrongGoal,
    check,
    check_numbers,
    match,
)

DENOMINATIONS = [100, 250, 500, 80_000]
TOP_UP, CERTIFICATE = Kind.TOP_UP, Kind.CERTIFICATE
MOTHER, SISTER, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
CONSENTS = {MOTHER: True, SISTER: False}


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ([Wish(TOP_UP, target=100)], "goals.0.target"),
        ([Wish(TOP_UP), Wish(CERTIFICATE, monthly_limit=5)], "goals.1.monthly_limit"),
        ([Wish(CERTIFICATE, target=260)], "goals.0.target"),
        ([Wish(CERTIFICATE, target=80_500)], "goals.0.target"),
        ([Wish(CERTIFICATE, target=1)], "goals.0.target"),
    ],
)
def test_a_wish_that_cannot_be_served_is_refused_by_its_field(
    wishes: list[Wish], field: str
) -> None:
    with pytest.raises(WrongGoal) as refused:
        check(wishes, DENOMINATIONS)
    assert refused.value.field == field


def test_a_refused_target_names_the_nearest_certificates() -> None:
    with pytest.raises(WrongGoal, match="250 and 500"):
        check([Wish(CERTIFICATE, target=260)], DENOMINATIONS)


def test_above_all_certificates_one_is_nearest() -> None:
    with pytest.raises(WrongGoal, match=f"the nearest is {DENOMINATIONS[-1]}\\."):
        check([Wish(CERTIFICATE, target=DENOMINATIONS[-1] + 1)], DENOMINATIONS)


def test_the_same_list_again_keeps_every_goal() -> None:
    """INVARIANT: payouts are unique per goal, so a repeated goal must stay the same one."""
    wishes = [Wish(CERTIFICATE, target=500), Wish(TOP_UP, monthly_limit=300), Wish(CERTIFICATE)]
    goals = match(wishes, [])
    assert match(wishes, goals) == goals
    assert match(wishes[::-1], goals) == goals[::-1]


def test_a_new_limit_is_the_same_goal() -> None:
    goal = Goal(uuid4(), TOP_UP, monthly_limit=300)
    [changed] = match([Wish(TOP_UP, monthly_limit=50)], [goal])
    assert (changed.goal_id, changed.monthly_limit) == (goal.goal_id, 50)


def test_a_named_goal_may_get_another_target() -> None:
    goal = Goal(uuid4(), CERTIFICATE, target=500)
    [changed] = match([Wish(CERTIFICATE, goal_id=goal.goal_id, target=250)], [goal])
    assert (changed.goal_id, changed.target) == (goal.goal_id, 250)


def test_somebody_elses_goal_is_refused() -> None:
    with pytest.raises(UnknownGoal):
        match([Wish(TOP_UP, goal_id=uuid4())], [Goal(uuid4(), TOP_UP)])


def test_a_goal_named_twice_is_refused() -> None:
    goal = Goal(uuid4(), CERTIFICATE, target=500)
    twice = Wish(CERTIFICATE, goal_id=goal.goal_id, target=500)
    with pytest.raises(UnknownGoal):
        match([twice, twice], [goal])


def test_a_limit_below_the_smallest_top_up_is_refused() -> None:
    """Such a goal would wait for ever."""
    with pytest.raises(WrongGoal, match="10") as refused:
        check([Wish(TOP_UP, monthly_limit=9)], DENOMINATIONS, smallest_top_up=10)
    assert refused.value.field == "goals.0.monthly_limit"
    check([Wish(TOP_UP, monthly_limit=10)], DENOMINATIONS, smallest_top_up=10)


@pytest.mark.parametrize(
    ("wishes", "refusal", "field"),
    [
        ([Wish(TOP_UP), Wish(TOP_UP)], WrongGoal, "goals"),
        ([Wish(CERTIFICATE, relative_id=MOTHER)], WrongGoal, "goals.0.relative_id"),
        ([Wish(TOP_UP, relative_id=MOTHER)] * 2, WrongGoal, "goals.1.relative_id"),
        ([Wish(TOP_UP), Wish(TOP_UP, relative_id=SISTER)], NoConsent, "goals.1.relative_id"),
        ([Wish(TOP_UP, relative_id=STRANGER)], UnknownRelative, "goals.0.relative_id"),
    ],
)
def test_a_number_that_may_not_be_topped_up_is_refused(
    wishes: list[Wish], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_numbers(wishes, CONSENTS)
    assert getattr(refused.value, "field", None) == field


def test_the_own_number_and_a_relatives_are_two_goals() -> None:
    wishes = [Wish(TOP_UP, relative_id=MOTHER), Wish(TOP_UP)]
    check_numbers(wishes, CONSENTS)
    goals = match(wishes, [Goal(uuid4(), TOP_UP)])
    assert [goal.relative_id for goal in goals] == [MOTHER, None]
    assert match(wishes[::-1], goals) == goals[::-1]


def test_a_goal_keeps_its_number() -> None:
    """INVARIANT: payouts name their goal; it must not turn out to be somebody else's phone."""
    goal = Goal(uuid4(), TOP_UP)
    with pytest.raises(UnknownGoal):
        match([Wish(TOP_UP, goal_id=goal.goal_id, relative_id=MOTHER)], [goal])


def test_a_paused_goal_is_the_same_goal() -> None:
    goal = Goal(uuid4(), TOP_UP)
    [paused] = match([Wish(TOP_UP, is_paused=True)], [goal])
    assert (paused.goal_id, paused.is_paused) == (goal.goal_id, True)
