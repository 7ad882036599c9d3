"""Top-ups that the operator took back: heard in order, applied when the payout can take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

_READ_UP_TO = text("SELECT up_to FROM reversals_read")
_LOCK = text("SELECT up_to FROM reversals_read FOR UPDATE")
_MOVE = text("UPDATE reversals_read SET up_to = :up_to")
_KEEP = text("""
INSERT INTO reversals (payout_id, amount, reason, heard_at)
SELECT payout_id, amount, reason, :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:amounts AS bigint[]), CAST(:reasons AS text[]))
     AS new (payout_id, amount, reason)
ON CONFLICT DO NOTHING
""")
# A top-up may be taken back before we even heard that it was done: then its reversal waits here.
_DUE = text("""
SELECT reversals.payout_id, reversals.amount, reversals.reason
FROM reversals JOIN payouts USING (payout_id)
WHERE applied_at IS NULL AND payouts.state IN ('completed', 'settled')
  AND reversals.amount = payouts.reserved
ORDER BY payout_id LIMIT :limit
FOR UPDATE SKIP LOCKED
""")
_APPLIED = text("UPDATE reversals SET applied_at = :now WHERE payout_id = ANY(:ids)")
_WAITING = text("SELECT count(*) FROM reversals WHERE applied_at IS NULL")


@dataclass(frozen=True, slots=True)
class Reversal:
    """The operator took this much of a payout's top-up back."""

    payout_id: UUID
    amount: int
    reason: str


def read_up_to(connection: Connection) -> int:
    """Answer the last entry of the operator's list that was read."""
    return int(connection.scalar(_READ_UP_TO) or 0)


def keep(
    connection: Connection, after: int, up_to: int, reversals: Sequence[Reversal], now: datetime
) -> bool:
    """Keep a page of the list and move on; answers False when another reader was faster."""
    if connection.scalar(_LOCK) != after:
        return False
    columns = {
        "ids": [one.payout_id for one in reversals],
        "amounts": [one.amount for one in reversals],
        "reasons": [one.reason for one in reversals],
    }
    connection.execute(_KEEP, {"now": now, **columns})
    connection.execute(_MOVE, {"up_to": up_to})
    return True


def due(connection: Connection, limit: int) -> list[Reversal]:
    """Answer, locked with their payouts, the reversals that can be applied now."""
    return [Reversal(*row) for row in connection.execute(_DUE, {"limit": limit})]


def set_applied(connection: Connection, payout_ids: Sequence[UUID], now: datetime) -> None:
    """Note that reversals were applied."""
    connection.execute(_APPLIED, {"ids": list(payout_ids), "now": now})


def waiting(connection: Connection) -> int:
    """Answer how many reversals fit no payout yet: more than a few for long is a clerk's matter."""
    return int(connection.scalar(_WAITING) or 0)
