"""Strict JSON: what the standard library forgives is refused with a sentence, not a crash."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.json_body import MalformedJson, read_json


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b'{"amount": 1, "amount": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 41 + b"}",
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a": ["x\\u0000"]}',
        b'{"\\u0000": 1}',
        b'{"a": "\xff"}',
        b"{'a': 1}",
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_cannot_be_taken_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        read_json(raw)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"amount": {"amount_minor": NaN}}', "amount.amount_minor"),
        (b'{"amount": {"amount_minor": 1e400}}', "amount.amount_minor"),
        (b'{"lines": [1, ' + b"9" * 41 + b"]}", "lines.1"),
        (b'{"order_id": "\\u0000"}', "order_id"),
        (b'{"lines": [{"order_id": "\\ud800"}]}', "lines.0.order_id"),
        (b'{"amount": {"currency": 1, "currency": 2}}', "currency"),
        (b"NaN", None),
    ],
)
def test_the_refusal_names_the_field(raw: bytes, field: str | None) -> None:
    with pytest.raises(MalformedJson) as refused:
        read_json(raw)
    assert refused.value.field == field


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.just("k"), inner),
        max_leaves=10,
    )
)
def test_a_sound_document_is_read_as_it_is(document: object) -> None:
    assert read_json(json.dumps(document).encode()) == document


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read_json(raw)
    except MalformedJson:
        return


def test_a_wrong_number_in_a_broken_document_is_a_broken_document() -> None:
    """What would break it: the second reading, which looks for the number's place, unguarded."""
    with pytest.raises(MalformedJson, match="not JSON"):
        read_json(b'{"amount": NaN, "more"')
