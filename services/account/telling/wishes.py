"""A member's list of goals as it is changed: what payout takes in place of the old one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Goal = Mapping[str, Any]
_FIELDS = ("goal_id", "kind", "monthly_limit", "target", "relative_id", "is_paused")


def sent(goals: Iterable[Goal]) -> dict[str, Any]:
    """Answer goals as payout takes them."""
    return {"goals": [{name: goal.get(name) for name in _FIELDS} for goal in goals]}


def new(kind: str, *, relative_id: str | None = None, target: int | None = None) -> Goal:
    """Answer a goal that is added."""
    return {
        "goal_id": None,
        "kind": kind,
        "monthly_limit": None,
        "target": target,
        "relative_id": relative_id,
        "is_paused": False,
    }


def has(goals: Iterable[Goal], wanted: Goal) -> bool:
    """Say whether the list has such a goal: a second click on the button adds no second one."""
    aim = ("kind", "relative_id", "target")
    return any(all(goal[name] == wanted[name] for name in aim) for goal in goals)


def moved(goals: Sequence[Goal], goal_id: str, place: int, by: int) -> list[Goal]:
    """Answer the list with the goal at a place, from 0, one up (-1) or down (1); the ends hold it.

    A goal that stands elsewhere by now stays there: the click was made once already, or in a tab
    that shows an older list. Example: moving the third of three up makes it the second.
    """
    if not any(goal["goal_id"] == goal_id for goal in goals[place : place + 1]):
        return list(goals)
    rest = [goal for goal in goals if goal["goal_id"] != goal_id]
    return [*rest[: max(place + by, 0)], goals[place], *rest[max(place + by, 0) :]]


def changed(goals: Iterable[Goal], goal_id: str, **values: Any) -> list[Goal]:
    """Answer the list with some values of one goal changed."""
    return [{**goal, **values} if goal["goal_id"] == goal_id else goal for goal in goals]


def without(goals: Iterable[Goal], goal_id: str) -> list[Goal]:
    """Answer the list without one goal."""
    return [goal for goal in goals if goal["goal_id"] != goal_id]


def whole(text: str) -> int | None:
    """Read whole rubles as people write them: `1 000 ₽` is 1000; None for what is no such sum."""
    plain = "".join(text.replace("\N{RUBLE SIGN}", "").split())
    return (
        int(plain)
        if plain.isascii() and plain.isdigit() and len(plain) <= len("999999999")
        else None
    )
