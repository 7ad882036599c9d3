"""The operator's daily file: what was executed and taken back on a day of Moscow, as CSV.

Its last line counts the others and adds them up, so that a file that was cut is seen. Where the
books behind it are wrong, as a fault says, the last line fits what the file says all the same.
"""

import csv
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from flask import Response

from services.sandbox.faults import Fault
from services.sandbox.moments import as_text
from shared.months import PROGRAMME_ZONE

COLUMNS = ("kind", "entry", "idempotency_key", "top_up_id", "executed_at", "amount_rubles")
_OF_DAY = """
SELECT 'top_up' AS kind, entry, idempotency_key, top_up_id, executed_at, amount_rubles
FROM statement WHERE executed_at >= :begins AND executed_at < :ends
UNION ALL
SELECT 'reversal', reversal, idempotency_key, top_up_id, reversed_at, -amount_rubles
FROM reversals WHERE reversed_at >= :begins AND reversed_at < :ends
ORDER BY executed_at, kind DESC, entry
"""
_FOREIGN_ENTRY = 10**9


class WrongDay(ValueError):
    """The address names no day."""

    code = "invalid_fields"
    field = "day"

    def __init__(self, text: str) -> None:
        """Quote it."""
        super().__init__(f"day: {text[:20]!r} is no day; write one such as 2026-12-02.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; what was taken back has a minus."""

    kind: str
    entry: int
    idempotency_key: str
    top_up_id: str
    executed_at: str
    amount_rubles: int


def read_day(text: str) -> date:
    """Read `2026-12-02`; raises WrongDay."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise WrongDay(text) from None


def lines_of(connection: sqlite3.Connection, day: date) -> list[Line]:
    """Answer the lines of a day; of one that is not over, those that there are so far."""
    begins = datetime.combine(day, time(), PROGRAMME_ZONE)
    asked = {"begins": as_text(begins), "ends": as_text(begins + timedelta(days=1))}
    return [Line(*row) for row in connection.execute(_OF_DAY, asked)]


def answer(lines: Sequence[Line], day: date, fault: Fault | None) -> Response:
    """Answer the file, or one that is wrong as the fault says."""
    text = _written(_misbehaved(lines, day, fault))
    if fault is not None and fault.mode == "statement_is_cut":
        text = text[: text.rindex("\r\n", 0, -2) + 2]
    return Response(text, content_type="text/csv; charset=utf-8")


def _misbehaved(lines: Sequence[Line], day: date, fault: Fault | None) -> list[Line]:
    first, rest = list(lines[:1]), list(lines[1:])
    match fault:
        case Fault(mode="statement_loses_line"):
            return rest
        case Fault(mode="statement_adds_line"):
            return [*lines, _foreign(day)]
        case Fault(mode="statement_wrong_amount"):
            more = [replace(one, amount_rubles=one.amount_rubles + 1) for one in first]
            return [*more, *rest]
        case Fault(mode="statement_line_twice"):
            return [*first, *lines]
        case _:
            return list(lines)


def _foreign(day: date) -> Line:
    """Make up a top-up that nobody asked for."""
    at = datetime.combine(day, time(12), PROGRAMME_ZONE)
    return Line("top_up", _FOREIGN_ENTRY, str(uuid4()), str(uuid4()), as_text(at), 500)


def _written(lines: Sequence[Line]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(one, name) for name in COLUMNS] for one in lines)
    writer.writerow(["total", len(lines), "", "", "", sum(one.amount_rubles for one in lines)])
    return text.getvalue()
