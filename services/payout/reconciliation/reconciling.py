"""Reconciling a day: its file is taken or known already, its lines are matched, cases follow.

The same file again changes nothing; another file of the day is its next version. Either way the
day is matched as the books stand now: cases open for new differences and close for those that are
explained, lines of later days included which may have become first or second of their key. A dry
run does all of it and takes it back. Nothing here moves a payout; an unknown one is asked about.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine

from services.payout.config import Reconciling
from services.payout.reconciliation import days, matching, statement
from services.payout.reconciliation.cases import BY_ITSELF
from services.payout.reconciliation.matching import DIFFERENCES, Class, Found, Movement, Subject
from services.payout.reconciliation.statement import Statement
from services.payout.store.reconciliation import cases, movements, statements
from services.payout.store.reconciliation import days as kept_days
from services.payout.store.reconciliation.cases import Act, Difference
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
        opened, explained = _match(connection, day, desk)
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
    counts = [_match(connection, day, desk) for day in [sent.day, *others]]
    opened, explained = (sum(column) for column in zip(*counts, strict=True))
    return Reconciled(kept_days.get(connection, sent.day), is_new, opened, explained)


def _touched(connection: Connection, day: date) -> list[date]:
    """Answer the other days that a new file of this one may change."""
    # A payout that took several days may have waited for this day's file alone.
    due = movements.due(connection, days.begins_at(day), days.ends_at(day))
    touched = {*statements.days_sharing(connection, day), *(one.day for one in due)}
    return sorted(touched - {day})


def _match(connection: Connection, day: date, desk: Desk) -> tuple[int, int]:
    """Match a day as it stands; answers how many cases it opened and explained."""
    now = desk.clock()
    lines = statements.lines(connection, day)
    waiting = movements.due(connection, days.begins_at(day), days.ends_at(day))
    due = {one.subject: one.ours for one in waiting if one.day == day}
    ours = movements.ours_of(connection, lines) | due
    before = _counted(statements.before(connection, day, [one.key for one in lines]))
    found = matching.match(lines, ours, due=due, before=before)
    differences = [_difference(one, day) for one in found if one.verdict in DIFFERENCES]
    _keep_classes(connection, day, found, differences)
    kept_days.set_matched(connection, day, totals(found), now)
    _ask_about(connection, found, now)
    return _open_and_close(connection, day, differences, desk.rules, now)


def totals(found: Iterable[Found]) -> dict[str, dict[str, int]]:
    """Count what was found, and add up its rubles: the operator's, where he has a line."""
    counts: Counter[Class] = Counter()
    rubles: Counter[Class] = Counter()
    for one in found:
        counts[one.verdict] += 1
        theirs = one.theirs_rubles
        rubles[one.verdict] += (one.ours_rubles or 0) if theirs is None else theirs
    return {kind.value: {"count": counts[kind], "rubles": rubles[kind]} for kind in Class}


def _counted(rows: Sequence[tuple[str, str, int, int]]) -> Mapping[Subject, int]:
    before: Counter[Subject] = Counter()
    for movement, key, entry, lines in rows:
        number = entry if movement == Movement.REVERSAL else None
        before[Subject(Movement(movement), key, number)] += lines
    return before


def _difference(found: Found, day: date) -> Difference:
    """Name a difference by all that makes it one: another amount is another difference."""
    subject, ours = found.subject, found.ours
    entry = found.line.entry if found.line else subject.number
    parts = (found.verdict.value, day, subject.movement.value, subject.key, entry, found.nth,
             found.ours_rubles, found.theirs_rubles)  # fmt: skip
    return Difference(
        case_id=uuid4(),
        name=" ".join(map(str, parts)),
        day=day,
        kind=found.verdict.value,
        movement=subject.movement.value,
        key=subject.key,
        entry=entry,
        payout_id=ours.payout_id if ours else None,
        ours_rubles=found.ours_rubles,
        theirs_rubles=found.theirs_rubles,
    )


def _keep_classes(
    connection: Connection, day: date, found: Sequence[Found], differences: Sequence[Difference]
) -> None:
    # Both lists are in the order of `found`.
    names = iter(differences)
    judged = []
    for one in found:
        name = next(names).name if one.verdict in DIFFERENCES else None
        if one.line is not None:
            judged.append((one.line.position, one.verdict, name))
    statements.set_judged(connection, day, judged)


def _ask_about(connection: Connection, found: Iterable[Found], now: datetime) -> None:
    unclear = [one.ours.payout_id for one in found if one.verdict is Class.OPEN and one.ours]
    movements.ask_now(connection, [one for one in unclear if one is not None], now)


def _open_and_close(
    connection: Connection,
    day: date,
    differences: Sequence[Difference],
    rules: Reconciling,
    now: datetime,
) -> tuple[int, int]:
    opened = cases.open_new(
        connection, differences, owner=rules.case_owner, now=now, deadline=now + rules.case_time
    )
    cases.add_acts(connection, opened, Act("opened", BY_ITSELF, now, rules.case_owner))
    names = [one.name for one in differences]
    reason = f"The file of {day}, as matched now, explains it."
    explained = cases.explain(connection, day, names, reason, now)
    cases.add_acts(connection, explained, Act("closed", BY_ITSELF, now, reason))
    return len(opened), len(explained)


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
