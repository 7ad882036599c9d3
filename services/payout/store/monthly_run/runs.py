"""Runs of a month: their one row, what persons did to them, what came of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from services.payout.run_states import Act, RunState
from shared.months import Month

BEFORE_ALL = UUID(int=0)

_START = text("""
INSERT INTO runs (month, cutoff_at, started_at, begun_by)
VALUES (:month, :cutoff_at, :now, :begun_by)
ON CONFLICT DO NOTHING
""")
_FIND = text("SELECT runs.* FROM runs WHERE month = :month")
_OPEN = text("SELECT runs.* FROM runs WHERE ended_at IS NULL ORDER BY month")
_LOCK = text("SELECT runs.* FROM runs WHERE month = :month FOR UPDATE")
_ADVANCE = text("""
UPDATE runs SET planned_up_to = :member_id, plan_hash = :plan_hash,
                payouts = payouts + :payouts, points = points + :points
WHERE month = :month
""")
_PLANNED = text("UPDATE runs SET state = 'planned', planned_at = :now WHERE month = :month")
_RELEASED = text("""
UPDATE runs SET state = 'released', released_by = :by, released_at = :now WHERE month = :month
""")
_MOVED = text("UPDATE runs SET state = :state WHERE month = :month")
_ASKED = text("""
UPDATE runs SET asked_up_to = coalesce(:member_id, asked_up_to), asked_at = :asked_at
WHERE month = :month
""")
_ENDED = text("""
UPDATE runs SET state = :state, ended_at = :now, manifest = :manifest WHERE month = :month
""")
_ADD_ACT = text("""
INSERT INTO run_acts (run_month, act, clerk, reason, acted_at)
VALUES (:month, :act, :clerk, :reason, :acted_at)
""")
_ACTS = text("""
SELECT act, clerk, reason, acted_at FROM run_acts WHERE run_month = :month
ORDER BY number DESC LIMIT 100
""")
_MEMBERS = text("SELECT count(*) FROM members")
_TALLY = text("""
SELECT kind, state, reason, count(*) AS payouts, sum(coalesce(reserved, amount))::bigint AS amount
FROM payouts WHERE run_month = :month GROUP BY kind, state, reason ORDER BY kind, state, reason
""")
_LIST = text("""
SELECT month, state, begun_by, started_at, ended_at, payouts, points,
       coalesce(paid.payouts_paid, 0) AS paid_payouts, coalesce(paid.points_paid, 0) AS paid_points
FROM runs LEFT JOIN (
    SELECT run_month, count(*) AS payouts_paid, sum(reserved)::bigint AS points_paid
    FROM payouts WHERE state IN ('completed', 'settled') GROUP BY run_month
) AS paid ON run_month = month
ORDER BY month DESC LIMIT 60
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
    """A run as it stands; `payouts` and `points` count what was planned, `manifest` is JSON.

    `begun_by` None: the schedule; `released_by` None: it was so small that a setting released it.
    """

    month: str
    state: RunState
    cutoff_at: datetime
    started_at: datetime
    begun_by: str | None
    planned_up_to: UUID | None
    planned_at: datetime | None
    payouts: int
    points: int
    plan_hash: bytes
    released_by: str | None
    released_at: datetime | None
    asked_up_to: UUID | None
    asked_at: datetime | None
    ended_at: datetime | None
    manifest: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did to a run, and why."""

    act: Act
    clerk: str
    reason: str | None
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payouts of a run stand alike."""

    kind: str
    state: str
    reason: str | None
    payouts: int
    amount: int


def start(
    connection: Connection, month: Month, cutoff_at: datetime, begun_by: str | None, now: datetime
) -> bool:
    """Begin a run; answers False when the month has one already."""
    row = {"month": str(month), "cutoff_at": cutoff_at, "begun_by": begun_by, "now": now}
    return connection.execute(_START, row).rowcount == 1


def find(connection: Connection, month: Month) -> Run | None:
    """Answer the run of a month."""
    row = connection.execute(_FIND, {"month": str(month)}).first()
    return None if row is None else _run(row)


def get(connection: Connection, month: Month) -> Run:
    """Answer the run of a month; raises UnknownRun."""
    run = find(connection, month)
    if run is None:
        raise UnknownRun(month)
    return run


def not_ended(connection: Connection) -> list[Run]:
    """Answer the runs that something is still to be done for."""
    return [_run(row) for row in connection.execute(_OPEN)]


def lock(connection: Connection, month: str) -> Run | None:
    """Answer a run and keep everybody else who changes it waiting until this transaction ends."""
    row = connection.execute(_LOCK, {"month": month}).first()
    return None if row is None else _run(row)


def advance(
    connection: Connection, run: Run, member_id: UUID, plan_hash: bytes, points: Sequence[int]
) -> None:
    """Remember up to which member the plan is written, and what it comes to."""
    told = {"payouts": len(points), "points": sum(points), "plan_hash": plan_hash}
    connection.execute(_ADVANCE, {"month": run.month, "member_id": member_id, **told})


def finish_plan(connection: Connection, month: str, now: datetime) -> None:
    """Note that every member was looked at."""
    connection.execute(_PLANNED, {"month": month, "now": now})


def set_released(connection: Connection, month: str, by: str | None, now: datetime) -> None:
    """Let a run be paid; the database refuses whoever began it."""
    connection.execute(_RELEASED, {"month": month, "by": by, "now": now})


def set_state(connection: Connection, month: str, state: RunState) -> None:
    """Keep where a run stands."""
    connection.execute(_MOVED, {"month": month, "state": state.value})


def set_asked(
    connection: Connection, month: str, member_id: UUID | None, asked_at: datetime | None
) -> None:
    """Remember up to which member points are asked for; `asked_at` once all are."""
    asked = {"month": month, "member_id": member_id, "asked_at": asked_at}
    connection.execute(_ASKED, asked)


def set_ended(
    connection: Connection, month: str, state: RunState, manifest: str, now: datetime
) -> None:
    """Note that each payout of a run has ended, with its signed manifest."""
    ended = {"month": month, "state": state.value, "manifest": manifest, "now": now}
    connection.execute(_ENDED, ended)


def add_act(connection: Connection, month: str, done: Done) -> None:
    """Keep what a person did to a run."""
    connection.execute(_ADD_ACT, {"month": month, **asdict(done), "act": done.act.value})


def acts(connection: Connection, month: str) -> list[Done]:
    """Answer the last 100 things that persons did to a run, the newest first."""
    rows = connection.execute(_ACTS, {"month": month})
    return [Done(Act(row.act), row.clerk, row.reason, row.acted_at) for row in rows]


def count_members(connection: Connection) -> int:
    """Answer how many members a plan walks through."""
    return int(connection.scalar(_MEMBERS) or 0)


def tally(connection: Connection, month: str) -> list[Tally]:
    """Count the payouts of a run by kind, state and reason."""
    return [Tally(*row) for row in connection.execute(_TALLY, {"month": month})]


def listing(connection: Connection) -> Sequence[RowMapping]:
    """Answer the last runs with what they planned and paid, the newest month first."""
    return connection.execute(_LIST).mappings().all()


def count_skipped(connection: Connection, month: str) -> dict[str, int]:
    """Count the members of a run that got nothing, by reason."""
    rows = connection.execute(_SKIPPED, {"month": month})
    return {row.reason: row.members for row in rows}


def _run(row: Any) -> Run:
    # By name, and only the names known here: a later migration may add columns under our feet.
    columns = {field.name: getattr(row, field.name) for field in fields(Run)}
    return Run(**columns | {"state": RunState(row.state)})
