"""Payouts on their way to the operator: claimed a batch at a time, their outcomes kept so too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.states import State
from services.payout.store.payouts import Payout, payout_of

# SKIP LOCKED: two executors never take the same payout and never wait for each other.
_CLAIM = text("""
WITH next AS MATERIALIZED (
    SELECT payout_id FROM payouts
    WHERE state = 'reserved' AND kind = 'top_up' AND next_at <= :now
      AND NOT EXISTS (SELECT FROM runs
                      WHERE month = run_month AND state IN ('paused', 'cancelled'))
    ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE payouts SET state = 'sending', attempts = attempts + 1, sent_at = :now, next_at = :lease_ends
FROM next WHERE payouts.payout_id = next.payout_id RETURNING payouts.*
""")
# The state stands in the text: with several, the index would not give their order.
_CLAIM_QUESTIONS = {
    state: text(f"""
WITH next AS MATERIALIZED (
    SELECT payout_id FROM payouts WHERE state = '{state}' AND next_at <= :now
    ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE payouts SET questions = questions + 1, next_at = :lease_ends
FROM next WHERE payouts.payout_id = next.payout_id RETURNING payouts.*
""")  # noqa: S608 - the states are written here
    for state in (State.UNKNOWN, State.ACCEPTED)
}
# Nobody knows when within its lease it was sent: the operator's time to hear of it begins now.
_LOSE = text("""
UPDATE payouts SET state = 'unknown', next_at = :now, sent_at = :now, questions = 0,
                   reason = 'the process that sent it ended before it heard the answer'
WHERE state = 'sending' AND next_at <= :now
RETURNING payout_id
""")
_OUTCOMES = text("""
UPDATE payouts SET state = new.state, reason = new.reason, next_at = new.next_at,
    sent_at = coalesce(new.sent_at, payouts.sent_at), completed_at = new.completed_at,
    operator_reference = coalesce(new.operator_reference, payouts.operator_reference)
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
            CAST(:next AS timestamptz[]), CAST(:sent AS timestamptz[]),
            CAST(:completed AS timestamptz[]), CAST(:references AS text[]))
     AS new (payout_id, state, reason, next_at, sent_at, completed_at, operator_reference)
WHERE payouts.payout_id = new.payout_id
""")
_OWNERS = text("""
SELECT operator_reference, payout_id FROM payouts WHERE operator_reference = ANY(:references)
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """How a call ended for a payout; without `sent_at` or a reference, those it has stay."""

    payout_id: UUID
    state: State
    reason: str | None
    next_at: datetime | None = None
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    operator_reference: str | None = None


def claim(connection: Connection, now: datetime, lease_ends: datetime, limit: int) -> list[Payout]:
    """Take the next reserved top-ups into `sending`; commit before the first call."""
    asked = {"now": now, "lease_ends": lease_ends, "limit": limit}
    return [payout_of(row) for row in connection.execute(_CLAIM, asked)]


def claim_questions(
    connection: Connection, now: datetime, lease_ends: datetime, limit: int
) -> list[Payout]:
    """Take the next payouts to ask about; nobody else asks about them until the lease ends."""
    found: list[Payout] = []
    for query in _CLAIM_QUESTIONS.values():
        asked = {"now": now, "lease_ends": lease_ends, "limit": limit - len(found)}
        found += [payout_of(row) for row in connection.execute(query, asked)]
    return found


def lose(connection: Connection, now: datetime) -> list[UUID]:
    """Turn what a killed process was sending into questions; answers their ids."""
    return list(connection.scalars(_LOSE, {"now": now}))


def set_outcomes(connection: Connection, kept: Sequence[Kept]) -> None:
    """Keep how calls ended."""
    columns = {
        "ids": [one.payout_id for one in kept],
        "states": [one.state.value for one in kept],
        "reasons": [one.reason for one in kept],
        "next": [one.next_at for one in kept],
        "sent": [one.sent_at for one in kept],
        "completed": [one.completed_at for one in kept],
        "references": [one.operator_reference for one in kept],
    }
    connection.execute(_OUTCOMES, columns)


def owners(connection: Connection, references: Sequence[str]) -> dict[str, UUID]:
    """Answer for which payouts the operator named these top-ups before."""
    if not references:
        return {}
    rows = connection.execute(_OWNERS, {"references": list(references)})
    return {row.operator_reference: row.payout_id for row in rows}
