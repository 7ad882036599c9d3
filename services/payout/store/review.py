"""What a clerk looks at before he releases a run: the run before it, and its unusual payouts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

_PLANNED = text("""
SELECT kind, count(*) AS payouts, sum(amount)::bigint AS points FROM payouts
WHERE run_month = :month GROUP BY kind ORDER BY kind
""")
# What was cancelled was planned, and says nothing of a usual month.
_RUN_BEFORE = text("""
SELECT month FROM runs
WHERE month < :month AND state IN ('released', 'paused', 'finished') ORDER BY month DESC LIMIT 1
""")
_OUTLIERS = text("""
WITH medians AS (
    SELECT kind, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS median
    FROM payouts WHERE run_month = :month GROUP BY kind
)
SELECT payout_id, member_id, kind, amount, median, registered_at
FROM payouts JOIN medians USING (kind) JOIN members USING (member_id)
WHERE run_month = :month AND amount > :times * median AND amount >= :lowest
ORDER BY amount DESC, payout_id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Planned:
    """How many payouts of a kind a run has, and their points."""

    payouts: int
    points: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A payout far above what is usual in its run; amounts are points."""

    payout_id: UUID
    member_id: UUID
    kind: str
    amount: int
    median: int
    registered_at: datetime | None


def planned(connection: Connection, month: str) -> dict[str, Planned]:
    """Answer what a run planned, by kind of goal."""
    rows = connection.execute(_PLANNED, {"month": month})
    return {row.kind: Planned(row.payouts, row.points) for row in rows}


def run_before(connection: Connection, month: str) -> str | None:
    """Answer the last month before this one that was paid."""
    found = connection.scalar(_RUN_BEFORE, {"month": month})
    return None if found is None else str(found)


def outliers(
    connection: Connection, month: str, *, times: int, lowest: int, limit: int
) -> list[Outlier]:
    """Answer payouts above so many medians of their kind, and of at least so many points."""
    asked = {"month": month, "times": times, "lowest": lowest, "limit": limit}
    return [Outlier(*row) for row in connection.execute(_OUTLIERS, asked)]
