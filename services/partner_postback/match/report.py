"""A report on a period: rows page by page, counted as they go by; nothing is held longer."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.partner_postback.formats.request import BY_PARTNERS, Source
from services.partner_postback.match.comparison import compare
from services.partner_postback.match.period import Period
from services.partner_postback.match.rows import Outcome, Row
from services.partner_postback.match.sides import Field, Order
from shared.csv_cells import written

COLUMNS = (
    "about", "order_id", "line_id", "action", "ordered_at", "outcome", "missing", "different",
    *(f"{one}_{field}" for one in (*Source, "counts") for field in Field),
    "decided_by", "conversion_id",
)  # fmt: skip
END = "end"


@dataclass(slots=True)
class Summary:
    """What came of all rows of a report."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    said_by: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    not_recorded: int = 0

    def add(self, row: Row) -> None:
        """Count a row in."""
        self.rows += 1
        self.outcomes[row.outcome] += 1
        self.said_by.update(row.sides.keys())
        self.missing.update(row.missing)
        self.different.update(one.field for one in row.differences)
        self.not_recorded += row.counts is None

    def shown(self) -> dict[str, Any]:
        """Answer the counts, those of what did not happen too."""
        return {
            "rows": self.rows,
            **{one.value: self.outcomes[one] for one in Outcome},
            "said_by": {one.value: self.said_by[one] for one in Source},
            "missing_in": {one.value: self.missing[one] for one in BY_PARTNERS},
            "different_in": {one.value: self.different[one] for one in Field},
            "not_recorded": self.not_recorded,
        }


def rows_of(
    pages: Iterable[Sequence[Order]], period: Period, taking_part: Collection[Source]
) -> Iterator[list[Row]]:
    """Answer the rows of a period, page by page.

    A line belongs to the period in which it was ordered, as its conversion says; else as any side
    named first; else in which the first word of it came. So each is in one period alone.
    """
    for page in pages:
        yield [
            row
            for order in page
            for row in compare(order, taking_part)
            if period.has(row.ordered_at)
        ]


def as_json(
    head: dict[str, Any], pages: Iterable[Sequence[Row]], *, is_shown: Collection[Outcome]
) -> Iterator[bytes]:
    """Write a report as one JSON object, the rows in the middle and their sum at the end."""
    summary = Summary()
    yield msgspec.json.encode(head)[:-1] + b',"data":['
    first = True
    for page in pages:
        for row in page:
            summary.add(row)
        chosen = [msgspec.json.encode(row) for row in page if row.outcome in is_shown]
        if chosen:
            yield (b"" if first else b",") + b",".join(chosen)
            first = False
    yield b'],"summary":' + msgspec.json.encode(summary.shown()) + b"}"


def as_csv(pages: Iterable[Sequence[Row]], *, is_shown: Collection[Outcome]) -> Iterator[str]:
    """Write the rows of a report as CSV; the last one says `end`, and how many came before.

    A server that breaks off in the middle of a stream ends it like any other: a file without that
    row is not whole.
    """
    count = 0
    yield written([COLUMNS])
    for page in pages:
        chosen = [_cells(row) for row in page if row.outcome in is_shown]
        count += len(chosen)
        yield written(chosen)
    yield written([(END, count)])


def _cells(row: Row) -> list[object]:
    values = [*(row.sides[one].values if one in row.sides else None for one in Source), row.counts]
    return [
        row.about,
        row.order_id,
        row.line_id,
        row.action,
        row.ordered_at.isoformat(),
        row.outcome,
        " ".join(row.missing),
        " ".join(one.field for one in row.differences),
        *(one.of(field) if one else None for one in values for field in Field),
        "; ".join(f"{one.field}: {' '.join(one.decided_by)}" for one in row.differences),
        row.conversion_id,
    ]
