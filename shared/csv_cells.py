"""How reports are written as CSV, so that no spreadsheet runs what strangers sent."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for a formula; the list is OWASP's, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV; a cell that looks like a formula begins with an apostrophe: `'=1+1`."""
    text = io.StringIO()
    csv.writer(text).writerows([_safe(value) for value in row] for row in rows)
    return text.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
