"""Which wishes become goals, and which goals stay the same ones."""

from uuid import uuid4

import pytest

from services.payout.domain import Goal, Kind
from services.payout.goals import UnknownGoal, Wish, WrongGoal, check, match

DENOMINATIONS = [100, 250, 500, 80_000]
TOP_UP, CERTIFICATE = Kind.TOP_UP, Kind.CERTIFICATE


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ([Wish(TOP_UP), Wish(TOP_UP)], "goals"),
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
