"""The file of a member's data is JSON, whatever is in it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.account.telling.data_file import data_file

_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), st.tuples(_VALUE, st.lists(_VALUE, max_size=4), st.booleans())))
def test_it_reads_as_it_was_given(held: dict[str, tuple[Any, list[Any], bool]]) -> None:
    given_ = {
        name: iter(items) if as_list else value for name, (value, items, as_list) in held.items()
    }
    expected = {name: items if as_list else value for name, (value, items, as_list) in held.items()}
    with data_file(given_) as file:
        assert json.loads(file.read()) == expected
