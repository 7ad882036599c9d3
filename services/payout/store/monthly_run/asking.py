"""A released run's payouts on their way to be asked for, and a cancelled one's to their end.

Each statement walks through the payouts of a run in the order of members, by the index that keeps a
goal from being paid twice: no order of its own has to be kept for a million rows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.states import ENDS
from services.payout.store.payouts import Payout, payout_of

# The whole of the last member, so that the next chunk may begin after him.
_NEXT = """
WITH chunk AS (
    SELECT member_id FROM payouts WHERE run_month = :month AND member_id > :after
    ORDER BY member_id LIMIT :chunk
), bounds AS (SELECT max(member_id::text)::uuid AS last FROM chunk)
UPDATE payouts SET {change} FROM bounds
WHERE run_month = :month AND member_id > :after AND member_id <= last AND state = 'planned'
RETURNING payouts.*
"""
_ASK = text(_NEXT.format(change="state = 'requested', requested_at = :now"))
_CANCEL = text(_NEXT.format(change="state = 'cancelled', reason = 'run_cancelled'"))
_STOP = text("""
UPDATE payouts SET state = 'declined', reason = 'run_cancelled', next_at = NULL
WHERE payout_id IN (
    SELECT payout_id FROM payouts WHERE state = 'reserved' AND run_month = :month
    ORDER BY payout_id LIMIT :chunk FOR UPDATE SKIP LOCKED)
RETURNING payouts.*
""")
# By the small indexes first: most of the time one of them has something.
_ON_THEIR_WAY = text("""
SELECT EXISTS (SELECT FROM payouts WHERE state IN ('planned', 'requested') AND run_month = :month)
    OR EXISTS (SELECT FROM payouts
               WHERE state IN ('reserved', 'sending', 'unknown', 'accepted') AND run_month = :month)
    OR EXISTS (SELECT FROM payouts WHERE state = 'held' AND run_month = :month)
""")
_NOT_ENDED = text("""
SELECT EXISTS (SELECT FROM payouts WHERE run_month = :month AND state <> ALL(:ends))
""")


def ask_next(
    connection: Connection, month: str, after: UUID, chunk: int, now: datetime
) -> list[Payout]:
    """Turn the next planned payouts past a member into requested ones, in the members' order."""
    asked = {"month": month, "after": after, "chunk": chunk, "now": now}
    return _in_order(connection.execute(_ASK, asked))


def cancel_next(connection: Connection, month: str, after: UUID, chunk: int) -> list[Payout]:
    """End the next planned payouts past a member: they were never asked for."""
    asked = {"month": month, "after": after, "chunk": chunk}
    return _in_order(connection.execute(_CANCEL, asked))


def stop_reserved(connection: Connection, month: str, chunk: int) -> list[Payout]:
    """Decline payouts whose points are reserved and that nobody has begun to execute."""
    return _in_order(connection.execute(_STOP, {"month": month, "chunk": chunk}))


def all_ended(connection: Connection, month: str) -> bool:
    """Tell whether each payout of a run has ended."""
    if connection.scalar(_ON_THEIR_WAY, {"month": month}):
        return False
    ends = [state.value for state in ENDS]
    return not connection.scalar(_NOT_ENDED, {"month": month, "ends": ends})


def _in_order(rows: Iterable[Any]) -> list[Payout]:
    return sorted((payout_of(row) for row in rows), key=lambda one: (one.member_id, one.goal_id))
