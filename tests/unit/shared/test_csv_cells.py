"""What a spreadsheet reads back from a report: figures as figures, a stranger's text as text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.csv_cells import written


def read(value: object) -> str:
    [[cell]] = csv.reader(io.StringIO(written([[value]]), newline=""))
    return cell


@given(st.integers())
def test_a_figure_stays_a_figure_below_zero_too(points: int) -> None:
    assert int(read(points)) == points


@pytest.mark.parametrize("amount", ["-300.00", "0.50", "-0"])
def test_an_amount_written_as_text_stays_a_figure(amount: str) -> None:
    assert read(amount) == amount


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1+cmd", "-", "@SUM(A1)", "\t=1", "\n=1", "＝1"])  # noqa: RUF001
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert read(text) == f"'{text}"


@given(st.text(min_size=1).filter(lambda text: "\x00" not in text))
def test_no_text_is_lost(text: str) -> None:
    assert read(text).removeprefix("'") == text.removeprefix("'")
