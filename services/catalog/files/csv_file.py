"""CSV as the same data that YAML gives: a line is a store, its further lines terms or promotions.

The first line of a store carries its columns. A line that repeats a store_id adds terms, or a
promotion when the column `promotion` names one. Cells that hold several things part them by `|`,
rates are written `others=7% | gift-cards=excluded`. Comma and semicolon both part columns
(spreadsheets differ by country).
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from services.catalog.files.located import (
    LONGEST_LIST,
    PERIODS_AT_MOST,
    PROBLEMS_SHOWN,
    Located,
    Path,
    Problem,
    UnusableFile,
)

_PERIOD = ("valid_from", "valid_to", "rates")
_LISTS = ("keywords", "deep_link_hosts")
_STORE = (
    "name",
    "keywords",
    "partner_id",
    "group",
    "subgroup",
    "logo_letters",
    "logo_colour",
    "description",
    "conditions",
    "status",
    "tracking_url",
    "deep_link_hosts",
    "attribution_days",
    "confirmation_days",
    "order_cap_rubles",
)
COLUMNS = ("store_id", *_STORE, "promotion", *_PERIOD)


def read(text: str) -> Located:
    """Read the lines of a CSV file; raises UnusableFile."""
    return _Table(_rows(text)).located()


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = _lines(text)
    _, header = next(lines, (1, []))
    columns = [cell.strip() for cell in header]
    _check_columns(columns)
    for line, cells in lines:
        if len(cells) > len(columns):
            message = f"{len(cells)} cells stand in a line of {len(columns)} columns."
            raise UnusableFile([Problem(line, "", message)])
        filled = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        if any(filled.values()):
            yield line, {name: cell for name, cell in filled.items() if cell}


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Part the text into cells, each row with the number of the line it begins on."""
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as fault:
        raise UnusableFile([Problem(line, "", f"This is not CSV: {fault}.")]) from None


def _check_columns(columns: list[str]) -> None:
    wrong = [Problem(1, name, "No such column.") for name in columns if name not in COLUMNS]
    wrong += [
        Problem(1, name, "This column stands here twice.")
        for name in COLUMNS
        if columns.count(name) > 1
    ]
    if "store_id" not in columns:
        wrong.append(
            Problem(1, "store_id", f"The first line names the columns: {', '.join(COLUMNS)}.")
        )
    if wrong:
        raise UnusableFile(wrong)


class _Table:
    """Collects lines into stores."""

    def __init__(self, rows: Iterator[tuple[int, dict[str, str]]]) -> None:
        self._stores: list[dict[str, Any]] = []
        self._place: dict[str, int] = {}
        self._lines: dict[Path, int] = {}
        self._problems: list[Problem] = []
        for line, cells in rows:
            self._take(line, cells)
            if len(self._problems) > PROBLEMS_SHOWN:
                break

    def located(self) -> Located:
        if self._problems:
            raise UnusableFile(self._problems)
        return Located({"stores": self._stores}, self._lines)

    def _take(self, line: int, cells: dict[str, str]) -> None:
        store_id = cells.get("store_id", "")
        if store_id in self._place:
            extra = [name for name in cells if name in _STORE]
            message = "Only the first line of a store says this."
            self._problems += [Problem(line, name, message) for name in extra]
        else:
            if len(self._stores) == LONGEST_LIST:
                raise _too_many(line, "stores", LONGEST_LIST)
            self._place[store_id] = len(self._stores)
            self._lines["stores", len(self._stores)] = line
            self._stores.append(_store(cells))
        self._add_period(self._place[store_id], line, cells)

    def _add_period(self, index: int, line: int, cells: dict[str, str]) -> None:
        period: dict[str, Any] = {name: cells[name] for name in _PERIOD if name in cells}
        kind = "terms"
        if "promotion" in cells:
            kind = "promotions"
            period["name"] = cells["promotion"]
        if not period:
            return
        if "rates" in period:
            period["rates"] = self._rates(line, cells["rates"])
        periods = self._stores[index].setdefault(kind, [])
        if len(periods) == PERIODS_AT_MOST:
            raise _too_many(line, f"stores[{index}].{kind}", PERIODS_AT_MOST)
        self._lines["stores", index, kind, len(periods)] = line
        periods.append(period)

    def _rates(self, line: int, cell: str) -> dict[str, str]:
        rates: dict[str, str] = {}
        for part in cell.split("|"):
            category, _, rate = (said.strip() for said in part.partition("="))
            if category in rates:
                self._problems.append(Problem(line, "rates", f"{category!r} stands here twice."))
            rates[category] = rate
        return rates


def _too_many(line: int, field: str, most: int) -> UnusableFile:
    return UnusableFile([Problem(line, field, f"At most {most} are taken; this line is one more.")])


def _store(cells: dict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {name: cells[name] for name in ("store_id", *_STORE) if name in cells}
    for name in _LISTS:
        if name in said:
            said[name] = [part.strip() for part in cells[name].split("|")]
    return said
