"""Rows as they are kept between taking in and applying: a list of texts for each, in chunks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from services.partner_postback.formats.request import Code, Refused

# As many as one transaction applies.
ROWS_IN_A_CHUNK = 500
# Rows are short; of long ones fewer make a chunk, so that no chunk grows with what is in it.
CHUNK_CHARACTERS = 1024 * 1024
LONGEST_RECORD = 128 * 1024
MOST_FIELDS = 500

Row = list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A file being read. `columns`: of a CSV file; a record of XML names its own fields.

    A row of `["order_id", "amount"]` is `["A-1", "5.00"]`; without columns it is
    `["order_id", "A-1", "amount", "5.00"]`.
    """

    columns: Sequence[str]
    chunks: Iterator[list[Row]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was read to its end: its chunks stand in `file`, as COPY takes them."""

    columns: Sequence[str]
    rows: int
    file: BinaryIO


def record_of(columns: Sequence[str], row: Row) -> dict[str, str]:
    """Answer a row as a flat record; raises Refused."""
    if not columns:
        return _of_pairs(row[::2], row[1::2])
    if len(row) != len(columns):
        why = f"It has {len(row)} cells, the header {len(columns)}."
        raise Refused(Code.WRONG_CELLS, why)
    return dict(zip(columns, row, strict=True))


def _of_pairs(names: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    record = dict(zip(names, values, strict=True))
    if len(record) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(Code.DUPLICATE_PARAMETER, f"{twice}: It is there twice.", twice)
    return record
