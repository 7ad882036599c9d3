"""A member's goals: what may be wished for, and how a new list takes the place of the old one."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
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

    def __init__(self, place: int, goal_id: UUID) -> None:
        self.field = f"goals.{place}.goal_id"
        super().__init__(
            f"Goal {goal_id} is not one of this member's goals, or is of another kind or number."
        )


class UnknownRelative(LookupError):
    """The relative is not one of this member's."""

    code = "unknown_relative"

    def __init__(self, field: str, relative_id: UUID) -> None:
        self.field = field
        super().__init__(
            f"{field}: you have no relative {relative_id}, or his consent is still on its way."
        )


class NoConsent(ValueError):
    """The relative has not agreed, or agrees no longer."""

    code = "no_consent"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field}: the relative does not agree to be topped up; ask him first.")


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
    relative_id: UUID | None = None
    is_paused: bool = False


def set_goals(
    connection: Connection,
    member_id: UUID,
    wishes: Sequence[Wish],
    now: datetime,
    *,
    smallest_top_up: int = 1,
) -> list[Goal]:
    """Put a member's wishes, in his order, in place of his goals; nothing changes if one is wrong.

    Raises UnknownMember, UnknownGoal, UnknownRelative, NoConsent, WrongGoal.
    """
    if not table.lock_member(connection, member_id):
        raise UnknownMember(member_id)
    check(wishes, table.denominations_at(connection, now), smallest_top_up)
    check_numbers(wishes, table.consents_of(connection, member_id))
    goals = match(wishes, table.goals_of(connection, member_id))
    table.replace_goals(connection, member_id, goals, now)
    return goals


def check(wishes: Sequence[Wish], denominations: Sequence[int], smallest_top_up: int = 1) -> None:
    """See that each wish can be served; raises WrongGoal."""
    for place, wish in enumerate(wishes):
        where = f"goals.{place}"
        if wish.kind is Kind.TOP_UP and wish.target is not None:
            _refuse(f"{where}.target", "A top-up has no target; it may have a monthly_limit.")
        if wish.kind is Kind.CERTIFICATE and wish.monthly_limit is not None:
            _refuse(f"{where}.monthly_limit", "A certificate has no limit; it may have a target.")
        if wish.monthly_limit is not None and wish.monthly_limit < smallest_top_up:
            why = f"The smallest top-up is of {smallest_top_up}: this goal could get nothing ever."
            _refuse(f"{where}.monthly_limit", why)
        if wish.target is not None and wish.target not in denominations:
            near = nearest(wish.target, denominations)
            _refuse(f"{where}.target", f"No certificate is worth {wish.target}; {near}.")


def nearest(target: int, denominations: Sequence[int]) -> str:
    """Say which denominations are next to a figure that is none."""
    place = bisect_left(denominations, target)
    near = denominations[max(place - 1, 0) : place + 1]
    return f"the nearest {'is' if len(near) == 1 else 'are'} " + " and ".join(
        str(amount) for amount in near
    )


def check_numbers(wishes: Sequence[Wish], consents: Mapping[UUID, bool]) -> None:
    """See that each number is one that may be topped up, by one goal alone.

    Raises UnknownRelative, NoConsent, WrongGoal.
    """
    if sum(wish.kind is Kind.TOP_UP and wish.relative_id is None for wish in wishes) > 1:
        _refuse("goals", "Only one goal can top up your own number.")
    seen: set[UUID] = set()
    for place, wish in enumerate(wishes):
        if wish.relative_id is None:
            continue
        where = f"goals.{place}.relative_id"
        if wish.kind is not Kind.TOP_UP:
            _refuse(where, "Only a top-up goes to a relative's number.")
        if wish.relative_id in seen:
            _refuse(where, "Only one goal can top up a relative's number.")
        if wish.relative_id not in consents:
            raise UnknownRelative(where, wish.relative_id)
        if not consents[wish.relative_id]:
            raise NoConsent(where)
        seen.add(wish.relative_id)


def _refuse(field: str, why: str) -> NoReturn:
    raise WrongGoal(field, why)


def match(wishes: Sequence[Wish], goals: Sequence[Goal]) -> list[Goal]:
    """Answer the goals that wishes become: those that stay keep their ids; raises UnknownGoal.

    Sending the same list twice changes nothing, so a run that pays once per goal still does.
    """
    left = list(goals)
    named = [_take_named(place, wish, left) for place, wish in enumerate(wishes)]
    return [
        _goal(wish, goal_id or _take_alike(wish, left) or uuid4())
        for wish, goal_id in zip(wishes, named, strict=True)
    ]


def _take_named(place: int, wish: Wish, left: list[Goal]) -> UUID | None:
    if wish.goal_id is None:
        return None
    for goal in left:
        # A goal keeps its number: payouts that went there name it.
        if goal.goal_id == wish.goal_id and _aim(goal) == _aim(wish):
            left.remove(goal)
            return goal.goal_id
    raise UnknownGoal(place, wish.goal_id)


def _take_alike(wish: Wish, left: list[Goal]) -> UUID | None:
    for goal in left:
        if (_aim(goal), goal.target) == (_aim(wish), wish.target):
            left.remove(goal)
            return goal.goal_id
    return None


def _aim(one: Goal | Wish) -> tuple[Kind, UUID | None]:
    return one.kind, one.relative_id


def _goal(wish: Wish, goal_id: UUID) -> Goal:
    return Goal(
        goal_id, wish.kind, wish.monthly_limit, wish.target, wish.relative_id, wish.is_paused
    )
