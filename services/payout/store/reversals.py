"""Top-ups that the operator took back: heard in order, applied when the payout can take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.states import State

_READ_UP_TO = text("SELECT up_to FROM reversals_read")
_LOCK = text("SELECT up_to FROM reversals_read FOR UPDATE")
_MOVE = text("UPDATE reversals_read SET up_to = :up_to")
_KEEP = text("""
INSERT INTO reversals (reversal, payout_id, amount, reason, heard_at)
SELECT reversal, payout_id, amount, reason, :now
FROM unnest(CAST(:numbers AS bigint[]), CAST(:ids AS uuid[]), CAST(:amounts AS bigint[]),
            CAST(:reasons AS text[])) AS new (reversal, payout_id, amount, reason)
ON CONFLICT DO NOTHING
""")
_KEPT_OTHERWISE = text("""
SELECT new.reversal
FROM unnest(CAST(:numbers AS bigint[]), CAST(:ids AS uuid[]), CAST(:amounts AS bigint[]))
     AS new (reversal, payout_id, amount) JOIN reversals USING (reversal)
WHERE (reversals.payout_id, reversals.amount) <> (new.payout_id, new.amount)
""")
# A top-up may be taken back before we even heard that it was done: then its reversal waits here.
# Of several that would fit one payout only the first is applied: after it there is nothing left.
# Of a certificate the operator knows nothing: its points come back by a clerk alone.
_DUE = text("""
SELECT reversals.reversal, reversals.payout_id, reversals.amount, reversals.reason
FROM reversals JOIN payouts USING (payout_id)
WHERE applied_at IS NULL AND payouts.state IN ('completed', 'settled')
  AND payouts.kind = 'top_up' AND reversals.amount = payouts.reserved
  AND NOT EXISTS (
      SELECT FROM reversals AS earlier
      WHERE earlier.payout_id = reversals.payout_id AND earlier.reversal < reversals.reversal
        AND earlier.amount = reversals.amount AND earlier.applied_at IS NULL
  )
ORDER BY payout_id LIMIT :limit
FOR UPDATE OF reversals, payouts SKIP LOCKED
""")
_APPLIED = text("UPDATE reversals SET applied_at = :now WHERE reversal = ANY(:numbers)")
_COUNT = text("SELECT count(*) FROM reversals WHERE applied_at IS NULL")
_WAITING = text("""
SELECT reversals.reversal, reversals.payout_id, reversals.amount, reversals.reason,
       reversals.heard_at, payouts.reserved, payouts.state
FROM reversals LEFT JOIN payouts
    ON payouts.payout_id = reversals.payout_id AND payouts.kind = 'top_up'
WHERE applied_at IS NULL AND reversals.reversal > :after
ORDER BY reversals.reversal LIMIT :limit
""")
_TAKEN_BACK = {State.REVERSED, State.RETURNED}
_DONE = {State.COMPLETED, State.SETTLED}


class Why(StrEnum):
    """Why a reversal waits."""

    UNKNOWN_PAYOUT = "unknown_payout"
    REVERSED_BEFORE = "reversed_before"
    ANOTHER_AMOUNT = "another_amount"  # a part of it, or more than was paid
    NOT_COMPLETED = "not_completed"  # not yet, as far as we have heard
    NEXT_TURN = "next_turn"  # nothing is wrong with it


@dataclass(frozen=True, slots=True)
class Reversal:
    """The operator took this much of a payout's top-up back, says the entry of that number."""

    reversal: int
    payout_id: UUID
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reversal that was not applied, beside the payout it is about, if we have that one."""

    reversal: int
    payout_id: UUID
    amount: int
    reason: str
    heard_at: datetime
    reserved: int | None
    state: State | None

    @property
    def why(self) -> Why:
        """Answer what it waits for; all but the last two are a clerk's matter."""
        if self.state is None:
            return Why.UNKNOWN_PAYOUT
        if self.state in _TAKEN_BACK:
            return Why.REVERSED_BEFORE
        if self.reserved is not None and self.amount != self.reserved:
            return Why.ANOTHER_AMOUNT
        return Why.NEXT_TURN if self.state in _DONE else Why.NOT_COMPLETED


def read_up_to(connection: Connection) -> int:
    """Answer the last entry of the operator's list that was read."""
    return int(connection.scalar(_READ_UP_TO) or 0)


def keep(
    connection: Connection, after: int, up_to: int, reversals: Sequence[Reversal], now: datetime
) -> bool:
    """Keep a page of the list and move on; answers False when another reader was faster."""
    if connection.scalar(_LOCK) != after:
        return False
    add(connection, reversals, now)
    connection.execute(_MOVE, {"up_to": up_to})
    return True


def add(connection: Connection, reversals: Sequence[Reversal], now: datetime) -> None:
    """Keep reversals, each once by its number in the operator's list."""
    columns = {
        "numbers": [one.reversal for one in reversals],
        "ids": [one.payout_id for one in reversals],
        "amounts": [one.amount for one in reversals],
        "reasons": [one.reason for one in reversals],
    }
    connection.execute(_KEEP, {"now": now, **columns})


def kept_otherwise(connection: Connection, reversals: Sequence[Reversal]) -> list[int]:
    """Answer the numbers of those that are kept with another payout or amount."""
    columns = {
        "numbers": [one.reversal for one in reversals],
        "ids": [one.payout_id for one in reversals],
        "amounts": [one.amount for one in reversals],
    }
    return list(connection.scalars(_KEPT_OTHERWISE, columns))


def due(connection: Connection, limit: int) -> list[Reversal]:
    """Answer, locked with their payouts, the reversals that can be applied now: one a payout."""
    return [Reversal(*row) for row in connection.execute(_DUE, {"limit": limit})]


def set_applied(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    """Note that reversals were applied."""
    connection.execute(_APPLIED, {"numbers": list(numbers), "now": now})


def count_waiting(connection: Connection) -> int:
    """Answer how many reversals fit no payout: more than a few for long is a clerk's matter."""
    return int(connection.scalar(_COUNT) or 0)


def waiting(connection: Connection, *, after: int, limit: int) -> list[Waiting]:
    """Answer a page of the reversals that were not applied, past a number of the list."""
    rows = connection.execute(_WAITING, {"after": after, "limit": limit})
    return [
        Waiting(
            row.reversal,
            row.payout_id,
            row.amount,
            row.reason,
            row.heard_at,
            row.reserved,
            None if row.state is None else State(row.state),
        )
        for row in rows
    ]
