"""A member's goals: what may be wished for, and how a new list takes the place of the old one."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.payout.domain import Goal, Kind
from services.payout.store import goals as table

MOST_GOALS = 10


class UnknownMember(LookupError):
    """Payout has not heard of the member."""

    code = "unknown_member"

    def __init__(self, member_id: UUID) -> None:
        super().__init__(
            f"There is no member {member_id}, or his registration is still on its way."
        )


class UnknownGoal(LookupError):
    """The goal is not one of this member's."""

    code = "unknown_goal"
    field = "goals"

    def __init__(self, goal_id: UUID) -> None:
        super().__init__(f"Goal {goal_id} is not one of this member's goals.")


class WrongGoal(ValueError):
    """A goal that no payout could serve."""

    code = "wrong_goal"

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Wish:
    """A goal as a member writes it down, limit and target in points; one he has may be named."""

    kind: Kind
    goal_id: UUID | None = None
    monthly_limit: int | None = None
    target: int | None = None


def set_goals(
    connection: Connection, member_id: UUID, wishes: Sequence[Wish], now: datetime
) -> list[Goal]:
    """Put a member's wishes, in his order, in place of his goals; nothing changes if one is wrong.

    Raises UnknownMember, UnknownGoal, WrongGoal.
    """
    if not table.lock_member(connection, member_id):
        raise UnknownMember(member_id)
    check(wishes, table.denominations_at(connection, now))
    goals = match(wishes, table.goals_of(connection, member_id))
    table.replace_goals(connection, member_id, goals, now)
    return goals


def check(wishes: Sequence[Wish], denominations: Sequence[int]) -> None:
    """See that each wish can be served; raises WrongGoal."""
    if sum(wish.kind is Kind.TOP_UP for wish in wishes) > 1:
        _refuse("goals", "Only one goal can top up your own number.")
    for place, wish in enumerate(wishes):
        where = f"goals.{place}"
        if wish.kind is Kind.TOP_UP and wish.target is not None:
            _refuse(f"{where}.target", "A top-up has no target; it may have a monthly_limit.")
        if wish.kind is Kind.CERTIFICATE and wish.monthly_limit is not None:
            _refuse(f"{where}.monthly_limit", "A certificate has no limit; it may have a target.")
        if wish.target is not None and wish.target not in denominations:
            near = nearest(wish.target, denominations)
            _refuse(f"{where}.target", f"No certificate is worth {wish.target}; {near}.")


def nearest(target: int, denominations: Sequence[int]) -> str:
    """Say which denominations are next to a figure that is none."""
    place = bisect_left(denominations, target)
    near = denominations[max(place - 1, 0) : place + 1]
    return "the nearest are " + " and ".join(str(amount) for amount in near)


def _refuse(field: str, why: str) -> NoReturn:
    raise WrongGoal(field, why)


def match(wishes: Sequence[Wish], goals: Sequence[Goal]) -> list[Goal]:
    """Answer the goals that wishes become: those that stay keep their ids; raises UnknownGoal.

    Sending the same list twice changes nothing, so a run that pays once per goal still does.
    """
    left = list(goals)
    named = [_take_named(wish, left) for wish in wishes]
    return [
        _goal(wish, goal_id or _take_alike(wish, left) or uuid4())
        for wish, goal_id in zip(wishes, named, strict=True)
    ]


def _take_named(wish: Wish, left: list[Goal]) -> UUID | None:
    if wish.goal_id is None:
        return None
    for goal in left:
        if goal.goal_id == wish.goal_id and goal.kind is wish.kind:
            left.remove(goal)
            return goal.goal_id
    raise UnknownGoal(wish.goal_id)


def _take_alike(wish: Wish, left: list[Goal]) -> UUID | None:
    for goal in left:
        if (goal.kind, goal.target) == (wish.kind, wish.target):
            left.remove(goal)
            return goal.goal_id
    return None


def _goal(wish: Wish, goal_id: UUID) -> Goal:
    return Goal(goal_id, wish.kind, wish.monthly_limit, wish.target)
