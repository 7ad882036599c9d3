"""How reports are written as CSV, so that no spreadsheet runs what strangers sent."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for a formula; the list is OWASP's, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def written(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV; a text that looks like a formula begins with an apostrophe: `'=1+1`.

    A number stays one, below zero too: `-300` adds up in a column, `'-300` would not.
    """
    text = io.StringIO()
    csv.writer(text).writerows([_safe(value) for value in row] for row in rows)
    return text.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text
