"""Arrays for unnest are written as PostgreSQL reads them."""

import pytest

from shared.arrays import array, columns


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "{}"),
        ([1, 2], '{"1","2"}'),
        (["a b", 'c"d'], '{"a b","c\\"d"}'),
        (["a", None, "NULL", ""], '{"a",NULL,"NULL",""}'),
        (['{"say": "\\"}'], '{"{\\"say\\": \\"\\\\\\"}"}'),
        ([None], "{NULL}"),
    ],
)
def test_values_are_quoted(values: list[object], text: str) -> None:
    assert array(values) == text


def test_rows_become_columns() -> None:
    assert columns([("a", 1), ("b", None)]) == ['{"a","b"}', '{"1",NULL}']


@pytest.mark.parametrize("value", ["\x00", "a\x00b"])
def test_what_parts_elements_cannot_be_smuggled_in(value: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        array(["a", value])
