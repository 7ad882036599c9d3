"""The operator's daily file, read strictly: all of it, or nothing and the line that is wrong.

CSV in UTF-8, with or without a byte order mark, lines ended by LF or CRLF:

    kind,entry,idempotency_key,top_up_id,executed_at,amount_rubles
    top_up,41,0b0e…,77aa…,2026-12-01T00:00:03.120000Z,300
    reversal,7,0b0e…,77aa…,2026-12-01T09:30:00Z,-300
    total,2,,,,0

The last line counts the lines between and adds them up: a file that was cut lacks it.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marshmallow import ValidationError

from services.payout.reconciliation.days import day_at
from services.payout.reconciliation.matching import Line, Movement
from shared.schemas import Moment

LARGEST_FILE_BYTES = 64 * 1024 * 1024
COLUMNS = ("kind", "entry", "idempotency_key", "top_up_id", "executed_at", "amount_rubles")
_TOTAL = "total"
_ENTRY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_RUBLES = re.compile(r"-?[1-9][0-9]{0,8}", re.ASCII)
_SUM = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_COUNT = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_NAME = re.compile(r"[!-~]{1,255}", re.ASCII)
_MOMENT = Moment()
_SHOWN = 40


class UnreadableStatement(ValueError):
    """The file is not what was agreed; nothing of it was taken."""

    code = "unreadable_statement"
    field = "file"

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"Line {line} of the operator's file: {what} Nothing of it was taken.")


@dataclass(frozen=True, slots=True)
class Statement:
    """A day's file that is whole; `file_hash` is the SHA-256 of its bytes."""

    day: date
    file_hash: bytes
    lines: Sequence[Line]
    rubles: int


def read(content: bytes, day: date) -> Statement:
    """Read the file of a day; raises UnreadableStatement."""
    rows = _rows(content)
    if tuple(next(rows, (1, []))[1]) != COLUMNS:
        raise UnreadableStatement(1, f"the columns {','.join(COLUMNS)} are expected.")
    lines: list[Line] = []
    for number, row in rows:
        if row[:1] == [_TOTAL]:
            _check_total(number, row, lines)
            _check_nothing_follows(rows)
            rubles = sum(one.rubles for one in lines)
            return Statement(day, hashlib.sha256(content).digest(), lines, rubles)
        lines.append(_line(number, row, day))
    raise UnreadableStatement(len(lines) + 2, "the last line, of totals, is missing: it was cut.")


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if len(content) > LARGEST_FILE_BYTES:
        raise UnreadableStatement(1, f"it has more than {LARGEST_FILE_BYTES} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise UnreadableStatement(line, "it is not UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise UnreadableStatement(reader.line_num, "it is no CSV.") from None


def _line(number: int, row: list[str], day: date) -> Line:
    if len(row) != len(COLUMNS):
        raise UnreadableStatement(number, f"{len(COLUMNS)} columns are expected, not {len(row)}.")
    kind, entry, key, top_up_id, executed_at, rubles = row
    if kind not in set(Movement):
        raise UnreadableStatement(number, f"kind: {kind[:_SHOWN]!r} is no top_up, reversal, total.")
    line = Line(
        number,
        Movement(kind),
        _whole(number, "entry", entry, _ENTRY),
        _name(number, "idempotency_key", key),
        _name(number, "top_up_id", top_up_id),
        _moment(number, executed_at, day),
        _whole(number, "amount_rubles", rubles, _RUBLES),
    )
    if (line.rubles < 0) != (line.movement is Movement.REVERSAL):
        what = "a top_up is above zero and a reversal below"
        raise UnreadableStatement(number, f"amount_rubles: {what}, not {rubles}.")
    return line


def _whole(number: int, column: str, text: str, shape: re.Pattern[str]) -> int:
    if not shape.fullmatch(text):
        raise UnreadableStatement(number, f"{column}: {text[:_SHOWN]!r} is no number that fits.")
    return int(text)


def _name(number: int, column: str, text: str) -> str:
    if not _NAME.fullmatch(text):
        raise UnreadableStatement(number, f"{column}: {text[:_SHOWN]!r} is none.")
    return text


def _moment(number: int, text: str, day: date) -> datetime:
    try:
        moment: datetime = _MOMENT.deserialize(text)
    except ValidationError:
        what = f"executed_at: {text[:_SHOWN]!r} is no moment such as 2026-12-01T00:00:03Z."
        raise UnreadableStatement(number, what) from None
    if day_at(moment) != day:
        raise UnreadableStatement(number, f"executed_at: {text} is not on {day} in Moscow.")
    return moment


def _check_total(number: int, row: list[str], lines: Sequence[Line]) -> None:
    if len(row) != len(COLUMNS) or any(row[2:-1]):
        raise UnreadableStatement(number, "the last line has a count and a sum alone.")
    count = _whole(number, "entry", row[1], _COUNT)
    rubles = _whole(number, "amount_rubles", row[-1], _SUM)
    if count != len(lines):
        raise UnreadableStatement(number, f"it counts {count} lines, and there are {len(lines)}.")
    there = sum(one.rubles for one in lines)
    if rubles != there:
        raise UnreadableStatement(number, f"it adds up to {rubles} rubles, the lines to {there}.")


def _check_nothing_follows(rows: Iterator[tuple[int, list[str]]]) -> None:
    for number, row in rows:
        if row:
            raise UnreadableStatement(number, "something follows the last line.")
