"""A day as it stands: its lines are classed, their classes kept, cases opened and explained.

Runs under the lock of reconciliations, as often as you like: it only writes what changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Connection

from services.payout.config import Reconciling
from services.payout.reconciliation import days, matching
from services.payout.reconciliation.cases import BY_ITSELF
from services.payout.reconciliation.matching import DIFFERENCES, Class, Found, Movement, Subject
from services.payout.store.reconciliation import cases, movements, statements
from services.payout.store.reconciliation import days as kept_days
from services.payout.store.reconciliation.cases import Act, Difference


def judge(connection: Connection, day: date, rules: Reconciling, now: datetime) -> tuple[int, int]:
    """Match a day as it stands; answers how many cases it opened and explained."""
    lines = statements.lines(connection, day)
    waiting = movements.due(connection, days.begins_at(day), days.ends_at(day))
    due = {one.subject: one.ours for one in waiting if one.day == day}
    # The operator's list is read every few seconds: a day later it has what it ever will.
    may_lag = now < days.ends_at(day) + days.ONE_DAY
    ours = movements.ours_of(connection, lines, list_may_lag=may_lag) | due
    before = _counted(statements.before(connection, day, [one.key for one in lines]))
    found = matching.match(lines, ours, due=due, before=before)
    differences = [_difference(one, day) for one in found if one.verdict in DIFFERENCES]
    _keep_classes(connection, day, found, differences)
    kept_days.set_matched(connection, day, totals(found), now)
    _ask_about(connection, found, now)
    return _open_and_close(connection, day, differences, rules, now)


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
