"""The report as CSV: no cell is run by a spreadsheet, and every other one is as it was."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.files.report import COLUMNS, as_csv

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))
_ROWS = st.lists(st.fixed_dictionaries({name: st.none() | _TEXT for name in COLUMNS}))


@given(st.lists(_ROWS))
def test_no_cell_begins_like_a_formula(pages: list[list[dict[str, str | None]]]) -> None:
    written = "".join(as_csv(pages))
    read = list(csv.DictReader(io.StringIO(written, newline="")))
    rows = [row for page in pages for row in page]
    assert len(read) == len(rows)
    for got, row in zip(read, rows, strict=True):
        for name in COLUMNS:
            assert not got[name].startswith(("=", "+", "-", "@", "\t", "\r"))
            assert got[name].removeprefix("'") == (row[name] or "").removeprefix("'")


def test_the_header_comes_even_without_rows() -> None:
    assert "".join(as_csv([])) == ",".join(COLUMNS) + "\r\n"
