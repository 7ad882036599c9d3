"""Reads a CSV file row by row: its delimiter and its header are found by looking.

What breaks the file as such, a quote that never closes or a header without a column that the
profile needs, refuses it whole. A row with a cell too many is a verdict on that row.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.rows import (
    CHUNK_CHARACTERS,
    LONGEST_RECORD,
    MOST_FIELDS,
    ROWS_IN_A_CHUNK,
    Row,
    Rows,
)
from services.partner_postback.formats.profile import Profile
from services.partner_postback.formats.request import showable

_DELIMITERS = ",;\t"


@dataclass(slots=True)
class _Lines:
    """The lines of a text, none longer than a record may be, and how far they were read.

    `rows_end`: the line that the last whole row ended with.
    """

    text: TextIO
    number: int = 0
    characters: int = 0
    rows_end: int = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(LONGEST_RECORD):
            self.number += 1
            self.characters += len(line)
            if len(line) == LONGEST_RECORD:
                raise _TooLong(line)
            yield line


class _TooLong(Exception):
    """A line has no end in sight; carries its beginning."""

    def __init__(self, begins: str) -> None:
        self.begins = begins
        super().__init__()


def read(text: TextIO, profile: Profile) -> Rows:
    """Read the header, and answer the rows to come; both raise BrokenFile."""
    lines = _Lines(text)
    with _named(lines, (), ","):
        header = next(iter(lines), "")
    lines.rows_end = lines.number
    delimiter = max(_DELIMITERS, key=lambda one: _likeness(header, one, profile))
    columns = [cell.strip() for cell in _cells(header, delimiter)]
    _check_columns(columns, profile)
    return Rows(columns, _chunks(lines, columns, delimiter))


def _likeness(header: str, delimiter: str, profile: Profile) -> tuple[int, int]:
    cells = [cell.strip() for cell in _cells(header, delimiter)]
    return len(profile.known.intersection(cells)), len(cells)


def _cells(line: str, delimiter: str) -> Row:
    return next(csv.reader([line], delimiter=delimiter), [])


def _check_columns(columns: Sequence[str], profile: Profile) -> None:
    """Check the header; raises BrokenFile that names the column."""
    if missing := _missing(columns, profile):
        why = f"There is no column {', '.join(missing)}; is the first line the header?"
        raise _wrong_column(missing[0], why)
    if len(columns) > MOST_FIELDS:
        raise _wrong_column(None, f"A file has at most {MOST_FIELDS} columns.")
    for place, (name, times) in enumerate(Counter(columns).items(), start=1):
        if not name:
            raise _wrong_column(None, f"Column {place} has no name.")
        if times > 1:
            raise _wrong_column(name, "The header names it twice.")
        if "\x00" in name:
            raise _wrong_column(showable(name, 100), "Its name has a NUL.")
        if profile.refuses_unknown and name not in profile.known:
            raise _wrong_column(name, "Unknown column.")


def _missing(columns: Sequence[str], profile: Profile) -> list[str]:
    return [
        place.names[0]
        for ours, place in profile.fields.items()
        if (place.required or ours == "status")
        and place.names
        and not (place.when or place.default or place.otherwise)
        and not set(place.names).intersection(columns)
    ]


def _wrong_column(name: str | None, why: str) -> BrokenFile:
    return BrokenFile(Fault.WRONG_COLUMNS, why, line=1, field=name and name[:100])


def _chunks(lines: _Lines, columns: Sequence[str], delimiter: str) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    began = lines.characters
    with _named(lines, columns, delimiter):
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            lines.rows_end = lines.number
            if not any(row):  # spreadsheets end in rows of nothing but delimiters
                continue
            chunk.append(row)
            if len(chunk) == ROWS_IN_A_CHUNK or lines.characters - began > CHUNK_CHARACTERS:
                yield chunk
                chunk, began = [], lines.characters
    if chunk:
        yield chunk


@contextmanager
def _named(lines: _Lines, columns: Sequence[str], delimiter: str) -> Iterator[None]:
    """Turn what a reader raises into a BrokenFile that names the line, and the field if it can."""
    try:
        yield
    except csv.Error as fault:
        why = f"{str(fault).capitalize()}: is a quote missing, or one too many?"
        raise BrokenFile(Fault.BROKEN_CSV, why, line=lines.rows_end + 1) from None
    except _TooLong as line:
        place = len(_cells(line.begins[:-1], delimiter))
        field = columns[place - 1] if 0 < place <= len(columns) else None
        why = f"No line has as many as {LONGEST_RECORD} characters."
        raise BrokenFile(Fault.RECORD_TOO_LONG, why, line=lines.number, field=field) from None
