"""Reconciling a day: its file is taken or known already, its lines are matched, cases follow.

The same file again changes nothing; another file of the day is its next version. Either way the
day is matched as the books stand now: cases open for new differences and close for those that are
explained, lines of later days included which may have become first or second of their key. A dry
run does all of it and takes it back. Nothing here moves a payout; an unknown one is asked about.
"""

from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import Connection, Engine

from services.payout.config import Reconciling
from services.payout.reconciliation import days, judging, statement
from services.payout.reconciliation.statement import Statement
from services.payout.store.reconciliation import days as kept_days
from services.payout.store.reconciliation import movements, statements
from services.payout.store.reconciliation.days import Reconciliation
from services.payout.top_ups.billing import Billing
from shared.clock import Clock

log = structlog.get_logger()


class ReconciledMeanwhile(ValueError):
    """Another file of the day was taken while this one was fetched: which is newer is not known."""

    code = "reconciled_meanwhile"

    def __init__(self, day: date) -> None:
        super().__init__(f"Another file of {day} was taken meanwhile. Fetch it once more.")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation did."""

    reconciliation: Reconciliation
    is_new: bool
    cases_opened: int
    cases_explained: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the books are, who answers for them, and when."""

    engine: Engine
    rules: Reconciling
    clock: Clock


def by_operator(desk: Desk, billing: Billing, day: date, *, dry_run: bool = False) -> Reconciled:
    """Reconcile with the file that the operator gives now.

    Raises DayNotOver, NoStatement, UnreadableStatement, ReconciledMeanwhile.
    """
    days.check_is_over(day, desk.clock())
    with desk.engine.connect() as connection:
        seen = statements.current(connection, day)
    sent = statement.read(billing.statement(day), day)
    with desk.engine.connect() as connection, connection.begin() as transaction:
        statements.lock(connection)
        current = statements.current(connection, day)
        if current != seen and current and current.file_hash != sent.file_hash:
            raise ReconciledMeanwhile(day)
        done = _take(connection, sent, desk, by_hand=False)
        if dry_run:
            transaction.rollback()
    return done if dry_run else _told(done)


def by_hand(desk: Desk, content: bytes, day: date, *, dry_run: bool = False) -> Reconciled:
    """Reconcile with a file that a clerk has; raises DayNotOver, UnreadableStatement."""
    days.check_is_over(day, desk.clock())
    sent = statement.read(content, day)
    with desk.engine.connect() as connection, connection.begin() as transaction:
        statements.lock(connection)
        done = _take(connection, sent, desk, by_hand=True)
        if dry_run:
            transaction.rollback()
    return done if dry_run else _told(done)


def again(desk: Desk, day: date) -> None:
    """Match a day once more with the file that it has."""
    with desk.engine.begin() as connection:
        statements.lock(connection)
        opened, explained = judging.judge(connection, day, desk.rules, desk.clock())
        kept = kept_days.get(connection, day)
        done = Reconciled(kept, is_new=False, cases_opened=opened, cases_explained=explained)
    _told(done)


def _take(connection: Connection, sent: Statement, desk: Desk, *, by_hand: bool) -> Reconciled:
    current, now = statements.current(connection, sent.day), desk.clock()
    is_new = current is None or current.file_hash != sent.file_hash
    version = (current.version if current else 0) + is_new
    if is_new:
        statements.keep(connection, sent, version, now, by_hand=by_hand)
    statements.make_current(connection, sent.day, version, now)
    others = _touched(connection, sent.day) if is_new else []
    counts = [judging.judge(connection, day, desk.rules, now) for day in [sent.day, *others]]
    opened, explained = (sum(column) for column in zip(*counts, strict=True))
    return Reconciled(kept_days.get(connection, sent.day), is_new, opened, explained)


def _touched(connection: Connection, day: date) -> list[date]:
    """Answer the other days that a new file of this one may change."""
    # A payout that took several days may have waited for this day's file alone.
    due = movements.due(connection, days.begins_at(day), days.ends_at(day))
    touched = {*statements.days_sharing(connection, day), *(one.day for one in due)}
    return sorted(touched - {day})


def _told(done: Reconciled) -> Reconciled:
    """Say aloud what was found: a difference is an error until somebody has dealt with it."""
    one = done.reconciliation
    counts = {kind: of["count"] for kind, of in one.found.items()}
    tell = log.error if done.cases_opened else log.info
    tell(
        "reconciliation.done",
        day=str(one.day),
        version=one.version,
        lines=one.lines,
        cases_opened=done.cases_opened,
        cases_explained=done.cases_explained,
        **counts,
    )
    return done
