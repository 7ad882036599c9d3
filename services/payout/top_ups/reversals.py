"""Top-ups that the operator takes back after they were completed: heard by reading his list.

The list is read in order from where we stopped, so nothing is missed and a repeat changes nothing.
Hearing and applying are two steps, because a top-up can be taken back before we know it was done.
What can never be applied, such as a part of a top-up or a second reversal of it, waits for a clerk.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection, Engine

from services.payout import events
from services.payout.states import Fact, move
from services.payout.store import payouts, reversals
from services.payout.store.reversals import Reversal, Why
from services.payout.top_ups.billing import Billing
from shared import event_log
from shared.clock import Clock

log = structlog.get_logger()
WAITING = Gauge("payout_reversals_waiting", "Reversals that fit no payout as it stands.")
_BATCH = 500


def follow(engine: Engine, billing: Billing, clock: Clock) -> None:
    """Read what is new in the operator's list and apply what can be.

    A page that another executor kept first is simply read again with the next turn.
    Raises CallFailed, UnreadableAnswer.
    """
    with engine.connect() as connection:
        after = reversals.read_up_to(connection)
    up_to, found = billing.reversals(after)
    with engine.begin() as connection:
        if up_to > after and reversals.keep(connection, after, up_to, found, clock()):
            log.info("reversals.heard", count=len(found))
            for number in reversals.kept_otherwise(connection, found):
                log.error("reversal.contradicts", reversal=number)
    with engine.begin() as connection:
        apply_due(connection, clock())
    with engine.connect() as connection:
        WAITING.set(reversals.count_waiting(connection))
        _tell_of_waiting(connection, after)


def apply_due(connection: Connection, now: datetime) -> None:
    """Move the payouts whose reversal waits, and say so."""
    due = reversals.due(connection, _BATCH)
    if due:
        _apply(connection, due, now)


def _apply(connection: Connection, due: Sequence[Reversal], now: datetime) -> None:
    ids = [one.payout_id for one in due]
    locked = payouts.lock(connection, ids)
    states = {
        one.payout_id: (
            move(one.payout_id, locked[one.payout_id].state, Fact.REVERSED),
            one.reason,
        )
        for one in due
    }
    payouts.set_states(connection, states)
    reversals.set_applied(connection, [one.reversal for one in due], now)
    event_log.add(
        connection,
        [events.reversed_(locked[one.payout_id].subject(), one.reason, now) for one in due],
    )


def _tell_of_waiting(connection: Connection, after: int) -> None:
    """Tell of those heard a moment ago: once, not at every turn."""
    for one in reversals.waiting(connection, after=after, limit=_BATCH):
        if one.why is not Why.NEXT_TURN:
            log.warning(
                "reversal.waits",
                reversal=one.reversal,
                payout_id=str(one.payout_id),
                why=one.why.value,
                amount=one.amount,
                reserved=one.reserved,
            )
