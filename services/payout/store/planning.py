"""The plan of a run: the accounts that it walks through, the payouts and reasons it writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import Account, MemberStatus, Share, Skipped
from services.payout.store.goals import goals_of_all

_ANYBODY = text("SELECT EXISTS (SELECT FROM members WHERE registered_at < :cutoff_at)")
# What another run has planned, or asked for and got no answer to yet, is as good as spent.
_ACCOUNTS = text("""
WITH chunk AS (
    SELECT member_id, status, debt FROM members WHERE member_id > :after
    ORDER BY member_id LIMIT :chunk
), bounds AS (SELECT max(member_id::text)::uuid AS last FROM chunk),
free AS (
    SELECT member_id, sum(available) AS points FROM accruals, bounds
    WHERE member_id > :after AND member_id <= last AND accrued_at < :cutoff_at
    GROUP BY member_id
), asked AS (
    SELECT member_id, sum(amount) AS points FROM payouts, bounds
    WHERE member_id > :after AND member_id <= last AND state IN ('planned', 'requested')
    GROUP BY member_id
)
SELECT member_id, status, debt,
       (coalesce(free.points, 0) - coalesce(asked.points, 0))::bigint AS spendable
FROM chunk LEFT JOIN free USING (member_id) LEFT JOIN asked USING (member_id)
ORDER BY member_id
""")
_ADD_PAYOUTS = text("""
INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum, requested_at)
SELECT payout_id, :month, member_id, goal_id, kind, amount, minimum, :now
FROM unnest(CAST(:payout_ids AS uuid[]), CAST(:members AS uuid[]), CAST(:goals AS uuid[]),
            CAST(:kinds AS text[]), CAST(:amounts AS bigint[]), CAST(:minimums AS bigint[]))
     AS new (payout_id, member_id, goal_id, kind, amount, minimum)
""")
_ADD_SKIPPED = text("""
INSERT INTO skipped (run_month, member_id, reason)
SELECT :month, * FROM unnest(CAST(:members AS uuid[]), CAST(:reasons AS text[]))
""")


@dataclass(frozen=True, slots=True)
class Planned:
    """A payout about to be asked for."""

    payout_id: UUID
    member_id: UUID
    share: Share


def anybody_before(connection: Connection, cutoff_at: datetime) -> bool:
    """Tell whether the programme had a member before a moment."""
    return bool(connection.scalar(_ANYBODY, {"cutoff_at": cutoff_at}))


def accounts_after(
    connection: Connection, cutoff_at: datetime, after: UUID, chunk: int
) -> list[Account]:
    """Answer the next members past an id, with what each may spend and wants it spent on."""
    asked = {"cutoff_at": cutoff_at, "after": after, "chunk": chunk}
    rows = connection.execute(_ACCOUNTS, asked).all()
    goals = goals_of_all(connection, [row.member_id for row in rows])
    return [
        Account(
            row.member_id,
            MemberStatus(row.status),
            row.debt,
            row.spendable,
            goals.get(row.member_id, []),
        )
        for row in rows
    ]


def add_payouts(
    connection: Connection, month: str, planned: Sequence[Planned], now: datetime
) -> None:
    """Write the payouts of a chunk; the unique key refuses a second one for the same goal."""
    columns = {
        "payout_ids": [one.payout_id for one in planned],
        "members": [one.member_id for one in planned],
        "goals": [one.share.goal_id for one in planned],
        "kinds": [one.share.kind.value for one in planned],
        "amounts": [one.share.amount for one in planned],
        "minimums": [one.share.minimum for one in planned],
    }
    connection.execute(_ADD_PAYOUTS, {"month": month, "now": now, **columns})


def add_skipped(
    connection: Connection, month: str, skipped: Sequence[tuple[UUID, Skipped]]
) -> None:
    """Keep why members of a chunk get nothing."""
    members = [member_id for member_id, _ in skipped]
    reasons = [reason.value for _, reason in skipped]
    connection.execute(_ADD_SKIPPED, {"month": month, "members": members, "reasons": reasons})
