"""Asking for the points of a released run, and ending what a cancelled one never began.

Each chunk is one transaction: its payouts move, and the events that say so stand beside them. So
whoever is killed is continued by the next one, and no payout is asked for twice: its state says it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from services.payout import events
from services.payout.events import Subject
from services.payout.run_states import RunState
from services.payout.store.monthly_run import asking as table
from services.payout.store.monthly_run import runs
from services.payout.store.monthly_run.runs import BEFORE_ALL, Run
from services.payout.store.payouts import Payout
from shared import event_log
from shared.clock import Clock

CHUNK = 2_000
Walk = Callable[[Connection, Run, datetime], Sequence[Payout]]


def ask_chunk(engine: Engine, month: str, clock: Clock) -> int:
    """Ask for the points of the next payouts of a released run; answers how many."""
    return _walk(engine, month, RunState.RELEASED, _ask, clock)


def cancel_chunk(engine: Engine, month: str, clock: Clock) -> int:
    """End the next payouts of a cancelled run that nobody asked for; answers how many."""
    return _walk(engine, month, RunState.CANCELLED, _cancel, clock)


def stop_chunk(engine: Engine, month: str, clock: Clock) -> int:
    """Give back the points that wait for a cancelled run; answers of how many payouts."""
    with engine.begin() as connection:
        stopped, now = table.stop_reserved(connection, month, CHUNK), clock()
        said = [events.declined(one.subject(), one.reason or "", now) for one in stopped]
        event_log.add(connection, said)
    return len(stopped)


def _walk(engine: Engine, month: str, state: RunState, walk: Walk, clock: Clock) -> int:
    with engine.begin() as connection:
        run = runs.lock(connection, month)
        if run is None or run.state is not state or run.asked_at is not None:
            return 0
        now = clock()
        seen = walk(connection, run, now)
        last = seen[-1].member_id if seen else None
        runs.set_asked(connection, month, last, None if seen else now)
        return len(seen)


def _ask(connection: Connection, run: Run, now: datetime) -> Sequence[Payout]:
    asked = table.ask_next(connection, run.month, run.asked_up_to or BEFORE_ALL, CHUNK, now)
    said = [
        events.requested(
            Subject(one.payout_id, one.member_id, run.month, one.kind, one.amount),
            one.minimum,
            run.cutoff_at,
            now,
        )
        for one in asked
    ]
    event_log.add(connection, said)
    return asked


def _cancel(connection: Connection, run: Run, _now: datetime) -> Sequence[Payout]:
    return table.cancel_next(connection, run.month, run.asked_up_to or BEFORE_ALL, CHUNK)
