"""INVARIANT: the database itself refuses what would pay twice or lose points."""

from itertools import product

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from services.payout.states import MOVES, State
from shared.months import read_month
from tests.integration.payout.given import member_with, plan_all
from tests.support.clock import SteppedClock

PAIRS = {(state, after) for (state, _), after in MOVES.items()} | {(one, one) for one in State}
WAY = {
    State.PLANNED: [],
    State.CANCELLED: [State.CANCELLED],
    State.REQUESTED: [State.REQUESTED],
    State.REFUSED: [State.REQUESTED, State.REFUSED],
    State.RESERVED: [State.REQUESTED, State.RESERVED],
    State.SENDING: [State.REQUESTED, State.RESERVED, State.SENDING],
    State.UNKNOWN: [State.REQUESTED, State.RESERVED, State.SENDING, State.UNKNOWN],
    State.HELD: [State.REQUESTED, State.RESERVED, State.SENDING, State.HELD],
    State.COMPLETED: [State.REQUESTED, State.RESERVED, State.COMPLETED],
    State.SETTLED: [State.REQUESTED, State.RESERVED, State.COMPLETED, State.SETTLED],
    State.DECLINED: [State.REQUESTED, State.RESERVED, State.SENDING, State.DECLINED],
    State.RELEASED: [
        State.REQUESTED,
        State.RESERVED,
        State.SENDING,
        State.DECLINED,
        State.RELEASED,
    ],
    State.REVERSED: [State.REQUESTED, State.RESERVED, State.COMPLETED, State.REVERSED],
    State.RETURNED: [
        State.REQUESTED,
        State.RESERVED,
        State.COMPLETED,
        State.REVERSED,
        State.RETURNED,
    ],
}
MOVE = text("UPDATE payouts SET state = :state, reserved = amount")


@pytest.fixture
def planned(engine: Engine, clock: SteppedClock) -> Engine:
    """A database with one payout that was just planned."""
    with engine.begin() as connection:
        member_with(connection, clock, 300)
    plan_all(engine, read_month("2026-11"), clock)
    return engine


def test_a_payout_moves_only_along_the_table(planned: Engine) -> None:
    for before, after in product(State, State):
        with planned.connect() as connection:  # rolled back after each pair
            for state in WAY[before]:
                connection.execute(MOVE, {"state": state})
            if (before, after) in PAIRS:
                connection.execute(MOVE, {"state": after})
            else:
                with pytest.raises(DBAPIError, match=f"cannot move from {before} to {after}"):
                    connection.execute(MOVE, {"state": after})
