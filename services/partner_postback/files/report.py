"""What a report shows of a row, as JSON and as CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from services.partner_postback.formats import Format
from shared.csv_cells import written

COLUMNS = (
    "row_number", "order_id", "line_id", "verdict", "code", "detail", "field", "receipt_id",
)  # fmt: skip
_LONGEST_SHOWN = 255


def key_in(body: bytes, spoken: Format | None) -> tuple[str, str]:
    """Answer the order and the line that a row names which could not be read, as far as it does."""
    record = msgspec.json.decode(body)
    if not isinstance(record, dict) or spoken is None or spoken.profile is None:
        return "", ""
    return _first(record, spoken, "order_id"), _first(record, spoken, "line_id")


def shown(rows: Iterable[RowMapping], spoken: Format | None) -> list[dict[str, Any]]:
    """Answer the verdicts of rows as readers see them."""
    return [_shown(row, spoken) for row in rows]


def as_csv(pages: Iterable[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Write rows page by page; none is held longer than it takes to write it."""
    yield written([COLUMNS])
    for page in pages:
        yield written([row[name] for name in COLUMNS] for row in page)


def _shown(row: RowMapping, spoken: Format | None) -> dict[str, Any]:
    if row["unread"] is None:
        return dict(row)
    order_id, line_id = key_in(bytes(row["unread"]), spoken)
    return {**row, "order_id": order_id, "line_id": line_id}


def _first(record: Mapping[str, str], spoken: Format, ours: str) -> str:
    assert spoken.profile is not None
    place = spoken.profile.fields.get(ours)
    names = place.names if place else ()
    text = next((record[name] for name in names if record.get(name)), "")
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:_LONGEST_SHOWN]
