"""The table of what may be done to a run makes the cases, and its refusals read as sentences."""

from itertools import product

import pytest

from services.payout.run_states import MOVES, Act, IllegalAct, RunState, move

LACKING = sorted(set(product(RunState, Act)) - MOVES.keys())


@pytest.mark.parametrize(("state", "act"), MOVES)
def test_the_table_is_followed(state: RunState, act: Act) -> None:
    assert move("2026-12", state, act) is MOVES[state, act]


@pytest.mark.parametrize(("state", "act"), LACKING)
def test_what_the_table_lacks_is_refused(state: RunState, act: Act) -> None:
    with pytest.raises(IllegalAct, match=f"is {state}: it cannot be {act.value[:3]}"):
        move("2026-12", state, act)


def test_a_refusal_says_what_can_be_done_instead() -> None:
    with pytest.raises(
        IllegalAct, match="it cannot be released now; it can be resumed or cancelled"
    ):
        move("2026-12", RunState.PAUSED, Act.RELEASE)
    with pytest.raises(IllegalAct, match="nothing more can be done to it"):
        move("2026-12", RunState.FINISHED, Act.PAUSE)
