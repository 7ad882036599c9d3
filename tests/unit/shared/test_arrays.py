"""Arrays for unnest are written as PostgreSQL reads them."""

from datetime import UTC, datetime

import pytest

from shared.arrays import array, columns


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "{}"),
        ([1, 2], "{1,2}"),
        (["a b", 'c"d'], '{"a b","c\\"d"}'),
        (["a", None, "NULL", ""], '{"a",null,"NULL",""}'),
        (['{"say": "\\"}'], '{"{\\"say\\": \\"\\\\\\"}"}'),
        ([None], "{null}"),
        (["two\nlines", None, 3], '{"two\nlines",NULL,"3"}'),
        (["C:\\new", "x"], '{"C:\\\\new","x"}'),
        ([True, datetime(2026, 12, 1, tzinfo=UTC)], '{true,"2026-12-01T00:00:00Z"}'),
    ],
)
def test_values_are_quoted(values: list[object], text: str) -> None:
    assert array(values) == text


def test_rows_become_columns() -> None:
    assert columns([("a", 1), ("b", None)]) == ['{"a","b"}', "{1,null}"]


@pytest.mark.parametrize("value", ["\x00", "a\x00b"])
def test_what_cannot_be_kept_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        array(["a", value])
