"""Runs of a month: their one row, the accounts that a plan walks through, what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import Account, MemberStatus, Share, Skipped
from services.payout.store.goals import goals_of_all
from shared.months import Month

BEFORE_ALL = UUID(int=0)

_START = text("""
INSERT INTO runs (month, cutoff_at, started_at) VALUES (:month, :cutoff_at, :now)
ON CONFLICT DO NOTHING
""")
_FIND = text("""
SELECT month, cutoff_at, started_at, planned_up_to, planned_at FROM runs WHERE month = :month
""")
_UNPLANNED = text("""
SELECT month, cutoff_at, started_at, planned_up_to, planned_at FROM runs WHERE planned_at IS NULL
ORDER BY month
""")
_LOCK = text("""
SELECT month, cutoff_at, started_at, planned_up_to, planned_at FROM runs WHERE month = :month
FOR UPDATE
""")
_ADVANCE = text("UPDATE runs SET planned_up_to = :member_id WHERE month = :month")
_PLANNED = text("UPDATE runs SET planned_at = :now WHERE month = :month")
_ANYBODY = text("SELECT EXISTS (SELECT FROM members WHERE registered_at < :cutoff_at)")
# What another run has asked for and got no answer to yet is as good as spent.
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
    WHERE member_id > :after AND member_id <= last AND state = 'requested'
    GROUP BY member_id
)
SELECT member_id, status, debt,
       (coalesce(free.points, 0) - coalesce(asked.points, 0))::bigint AS spendable
FROM chunk LEFT JOIN free USING (member_id) LEFT JOIN asked USING (member_id)
ORDER BY member_id
""")
_ADD_PAYOUTS = text("""
INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum, relative_id,
                     requested_at)
SELECT payout_id, :month, member_id, goal_id, kind, amount, minimum, relative_id, :now
FROM unnest(CAST(:payout_ids AS uuid[]), CAST(:members AS uuid[]), CAST(:goals AS uuid[]),
            CAST(:kinds AS text[]), CAST(:amounts AS bigint[]), CAST(:minimums AS bigint[]),
            CAST(:relatives AS uuid[]))
     AS new (payout_id, member_id, goal_id, kind, amount, minimum, relative_id)
""")
_ADD_SKIPPED = text("""
INSERT INTO skipped (run_month, member_id, reason)
SELECT :month, * FROM unnest(CAST(:members AS uuid[]), CAST(:reasons AS text[]))
""")
_MEMBERS = text("SELECT count(*) FROM members")
_TALLY = text("""
SELECT kind, state, reason, count(*) AS payouts, sum(coalesce(reserved, amount))::bigint AS amount
FROM payouts WHERE run_month = :month GROUP BY kind, state, reason ORDER BY kind, state, reason
""")
_SKIPPED = text("""
SELECT reason, count(*) AS members FROM skipped WHERE run_month = :month
GROUP BY reason ORDER BY reason
""")


class UnknownRun(LookupError):
    """The month has no run."""

    code = "unknown_run"

    def __init__(self, month: Month) -> None:
        super().__init__(f"There is no run of {month}.")


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands; it is planned once `planned_at` is set."""

    month: str
    cutoff_at: datetime
    started_at: datetime
    planned_up_to: UUID | None
    planned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A payout about to be asked for."""

    payout_id: UUID
    member_id: UUID
    share: Share


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payouts of a run stand alike."""

    kind: str
    state: str
    reason: str | None
    payouts: int
    amount: int


def start(connection: Connection, month: Month, cutoff_at: datetime, now: datetime) -> bool:
    """Begin a run; answers False when the month has one already."""
    row = {"month": str(month), "cutoff_at": cutoff_at, "now": now}
    return connection.execute(_START, row).rowcount == 1


def find(connection: Connection, month: Month) -> Run | None:
    """Answer the run of a month."""
    row = connection.execute(_FIND, {"month": str(month)}).first()
    return None if row is None else Run(*row)


def get(connection: Connection, month: Month) -> Run:
    """Answer the run of a month; raises UnknownRun."""
    run = find(connection, month)
    if run is None:
        raise UnknownRun(month)
    return run


def unplanned(connection: Connection) -> list[Run]:
    """Answer the runs whose plan is not whole yet."""
    return [Run(*row) for row in connection.execute(_UNPLANNED)]


def lock(connection: Connection, month: str) -> Run:
    """Answer a run and keep every other planner of it waiting until this transaction ends."""
    return Run(*connection.execute(_LOCK, {"month": month}).one())


def anybody_before(connection: Connection, cutoff_at: datetime) -> bool:
    """Tell whether the programme had a member before a moment."""
    return bool(connection.scalar(_ANYBODY, {"cutoff_at": cutoff_at}))


def accounts_after(
    connection: Connection, cutoff_at: datetime, after: UUID, chunk: int
) -> list[Account]:
    """Answer the next members past an id, with what each may spend and wants it spent on."""
    asked = {"cutoff_at": cutoff_at, "after": after, "chunk": chunk}
    rows = connection.execute(_ACCOUNTS, asked).all()
    goals = goals_of_all(connection, [row.member_id for row in rows], cutoff_at)
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
        "relatives": [one.share.relative_id for one in planned],
    }
    connection.execute(_ADD_PAYOUTS, {"month": month, "now": now, **columns})


def add_skipped(
    connection: Connection, month: str, skipped: Sequence[tuple[UUID, Skipped]]
) -> None:
    """Keep why members of a chunk get nothing."""
    members = [member_id for member_id, _ in skipped]
    reasons = [reason.value for _, reason in skipped]
    connection.execute(_ADD_SKIPPED, {"month": month, "members": members, "reasons": reasons})


def advance(connection: Connection, month: str, member_id: UUID) -> None:
    """Remember up to which member the plan is written."""
    connection.execute(_ADVANCE, {"month": month, "member_id": member_id})


def finish_plan(connection: Connection, month: str, now: datetime) -> None:
    """Note that every member was looked at."""
    connection.execute(_PLANNED, {"month": month, "now": now})


def count_members(connection: Connection) -> int:
    """Answer how many members a plan walks through."""
    return int(connection.scalar(_MEMBERS) or 0)


def tally(connection: Connection, month: str) -> list[Tally]:
    """Count the payouts of a run by kind, state and reason."""
    return [Tally(*row) for row in connection.execute(_TALLY, {"month": month})]


def count_skipped(connection: Connection, month: str) -> dict[str, int]:
    """Count the members of a run that got nothing, by reason."""
    rows = connection.execute(_SKIPPED, {"month": month})
    return {row.reason: row.members for row in rows}
