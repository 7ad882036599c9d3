"""Where a run of a month stands, and what a clerk may do to it then: one table."""

from collections.abc import Mapping
from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands."""

    PLANNING = "planning"  # its payouts are being written down
    PLANNED = "planned"  # all are, and nothing moves before a second person releases it
    RELEASED = "released"  # its points are asked for and its payouts executed
    PAUSED = "paused"  # what has begun goes on, nothing more begins
    CANCELLED = "cancelled"  # what had not begun never will
    FINISHED = "finished"  # each of its payouts has ended


class Act(StrEnum):
    """What a person can do to a run."""

    BEGIN = "begin"
    RELEASE = "release"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


MOVES: Mapping[tuple[RunState, Act], RunState] = {
    (RunState.PLANNED, Act.RELEASE): RunState.RELEASED,
    (RunState.RELEASED, Act.PAUSE): RunState.PAUSED,
    (RunState.PAUSED, Act.RESUME): RunState.RELEASED,
    (RunState.PLANNING, Act.CANCEL): RunState.CANCELLED,
    (RunState.PLANNED, Act.CANCEL): RunState.CANCELLED,
    (RunState.RELEASED, Act.CANCEL): RunState.CANCELLED,
    (RunState.PAUSED, Act.CANCEL): RunState.CANCELLED,
}
_DONE: Mapping[Act, str] = {
    Act.BEGIN: "begun",
    Act.RELEASE: "released",
    Act.PAUSE: "paused",
    Act.RESUME: "resumed",
    Act.CANCEL: "cancelled",
}
# What each act comes to, wherever the run stood.
COMES_TO: Mapping[Act, RunState] = {act: after for (_, act), after in MOVES.items()}


class IllegalAct(ValueError):
    """The run stands where this cannot be done to it."""

    code = "illegal_act"

    def __init__(self, month: str, state: RunState, act: Act) -> None:
        can = " or ".join(_DONE[one] for one in allowed(state))
        may = f"it can be {can}" if can else "nothing more can be done to it"
        super().__init__(f"The run of {month} is {state}: it cannot be {_DONE[act]} now; {may}.")


class SamePerson(ValueError):
    """Whoever begins a run does not release it."""

    code = "same_person"
    field = "clerk"

    def __init__(self, clerk: str) -> None:
        super().__init__(f"{clerk} began this run: another clerk releases it.")


class AnotherPlan(ValueError):
    """What the clerk looked at is not what would be paid."""

    code = "another_plan"
    field = "plan_hash"

    def __init__(self, plan_hash: str) -> None:
        super().__init__(f"The plan's hash is {plan_hash}: look at the run again before releasing.")


def allowed(state: RunState) -> list[Act]:
    """Answer what may be done to a run: of a paused one, resume and cancel."""
    return [act for before, act in MOVES if before is state]


def move(month: str, state: RunState, act: Act) -> RunState:
    """Answer the state after an act; raises IllegalAct."""
    try:
        return MOVES[state, act]
    except KeyError:
        raise IllegalAct(month, state, act) from None
