"""The table of moves makes the cases: what it has happens, what it lacks is refused."""

import re
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from services import payout
from services.payout.states import ENDS, MOVES, Fact, IllegalMove, State, move

PAYOUT_ID = UUID(int=7)
LACKING = sorted(set(product(State, Fact)) - MOVES.keys())


@pytest.mark.parametrize(("state", "fact"), MOVES)
def test_the_table_is_followed(state: State, fact: Fact) -> None:
    assert move(PAYOUT_ID, state, fact) is MOVES[state, fact]


@pytest.mark.parametrize(("state", "fact"), LACKING)
def test_what_the_table_lacks_is_refused(state: State, fact: Fact) -> None:
    with pytest.raises(IllegalMove, match=str(PAYOUT_ID)):
        move(PAYOUT_ID, state, fact)


def test_only_a_reserved_payout_can_be_sent() -> None:
    """INVARIANT: money leaves from one state only; a second way into `sending` would pay twice."""
    assert [key for key, state in MOVES.items() if state is State.SENDING] == [
        (State.RESERVED, Fact.CLAIMED)
    ]


def test_what_may_have_been_sent_goes_back_only_when_certainly_not_done() -> None:
    """INVARIANT: silence never leads back to `reserved`; only a certain "not done" does."""
    back = {key for key, state in MOVES.items() if state is State.RESERVED}
    assert back == {
        (State.REQUESTED, Fact.POINTS_RESERVED),
        (State.SENDING, Fact.NOT_DONE),
        (State.UNKNOWN, Fact.NOT_DONE),
    }


def test_every_state_leads_to_an_end() -> None:
    reaching = set(ENDS)
    for _ in State:
        reaching |= {state for (state, _), after in MOVES.items() if after in reaching}
    assert reaching == set(State)


def test_only_a_settled_payout_can_still_be_taken_back_after_its_end() -> None:
    assert {state for state, _ in MOVES if state in ENDS} == {State.SETTLED}


def test_the_trigger_of_the_database_allows_the_same_moves() -> None:
    """INVARIANT: one table of moves; a pair in one place alone fails here."""
    migration = Path(payout.__file__).parent / "migrations" / "0003_release.py"
    listed = re.search(r"NEW.state\) NOT IN \((.*?)\n    \)\)", migration.read_text(), re.DOTALL)
    assert listed is not None
    pairs = re.findall(r"\('(\w+)', '(\w+)'\)", listed[1])
    moves = {(state, after) for (state, _), after in MOVES.items() if state is not after}
    assert (set(pairs), len(pairs)) == (moves, len(moves))
