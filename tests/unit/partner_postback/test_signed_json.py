"""Our own JSON: what is taken, and what is refused with its field named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.domain.algebra import Message, Says, fold
from services.partner_postback.formats.request import Refused
from services.partner_postback.formats.signed_json import SAMPLES
from shared.money import Money
from tests.unit.partner_postback.requests import POSTBACK, read, signed


def test_a_report_is_read_whole() -> None:
    message = read(signed(POSTBACK))
    assert message.says is Says.REPORTED
    assert message.amount == Money(109_900, "RUB")
    assert message.ordered_at.isoformat() == "2026-11-23T11:40:00+00:00"


def test_what_may_be_left_out_may_be_left_out() -> None:
    short = {"order_id": "A-1", "status": "approved", "status_at": "2026-11-23T11:40:00+03:00"}
    message = read(signed(short))
    assert (message.line_id, message.action, message.amount) == ("", "sale", None)
    assert message.status_at.hour == 8


def test_what_partners_are_shown_is_one_order_that_adds_up() -> None:
    """10 000 rubles, and two returns of 3 000 each that differ in their moments alone."""
    story = [read(signed(sample)) for sample in SAMPLES.values()]
    first, second = (one for one in story if one.says is Says.RETURNED)
    assert first.amount == second.amount
    assert first.status_at != second.status_at
    assert len({(one.order_id, one.line_id, one.action) for one in story}) == 1
    state = fold(story)
    assert (state.status, state.paid_minor) == ("approved", 400_000)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"order_id": 7}, "invalid_fields", "order_id"),
        ({"order_id": ""}, "invalid_fields", "order_id"),
        ({"order_id": "x" * 256}, "invalid_fields", "order_id"),
        ({"status": "paid"}, "invalid_fields", "status"),
        ({"surprise": 1}, "invalid_fields", "surprise"),
        ({"amount": 12}, "invalid_fields", "amount"),
        (
            {"amount": {"amount_minor": -1, "currency": "RUB"}},
            "invalid_fields",
            "amount.amount_minor",
        ),
        (
            {"amount": {"amount_minor": 10**39, "currency": "RUB"}},
            "invalid_fields",
            "amount.amount_minor",
        ),
        (
            {"amount": {"amount_minor": 5.0, "currency": "RUB"}},
            "invalid_fields",
            "amount.amount_minor",
        ),
        (
            {"amount": {"amount_minor": "5", "currency": "RUB"}},
            "invalid_fields",
            "amount.amount_minor",
        ),
        (
            {"amount": {"amount_minor": True, "currency": "RUB"}},
            "invalid_fields",
            "amount.amount_minor",
        ),
        ({"amount": {"amount_minor": 5, "currency": "RUR"}}, "unknown_currency", "amount.currency"),
        ({"amount": {"amount_minor": 5, "currency": "rub"}}, "unknown_currency", "amount.currency"),
        ({"amount": None}, "invalid_fields", "amount"),
        ({"click_id": None}, "invalid_fields", "click_id"),
        ({"ordered_at": None}, "invalid_fields", "ordered_at"),
        ({"ordered_at": "2026-11-23 11:40"}, "invalid_fields", "ordered_at"),
        ({"ordered_at": "2026-11-23T12:06:00Z"}, "in_the_future", "ordered_at"),
        ({"status_at": "2027-01-01T00:00:00Z"}, "in_the_future", "status_at"),
        ({"status_at": "0001-01-01T00:00:00+14:00"}, "invalid_fields", "status_at"),
        ({"status_at": "1999-12-31T00:00:00Z"}, "invalid_fields", "status_at"),
        ({"status": "amended", "amount": None}, "invalid_fields", "amount"),
        (
            {"status": "returned", "amount": {"amount_minor": 0, "currency": "RUB"}},
            "invalid_amount",
            "amount",
        ),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], code: str, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        read(signed(POSTBACK | change))
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"order_id": "a", "order_id": "b"}',
        b'{"amount": NaN}',
        b'{"amount": 1e999}',
        b"[" * 100_000,
        b'{"order_id": "\\u0000"}',
        b'{"order_id": "\\ud800"}',
        b'{"amount": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_json_to_be_taken_is_malformed(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(signed(body))
    assert refused.value.code == "malformed_json"


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE receipts; --", "<script>alert(1)</script>", "日本"]
)
def test_any_text_is_only_text(text: str) -> None:
    message = read(signed(POSTBACK | {"order_id": text, "category": text, "reason": text}))
    assert (message.order_id, message.category, message.reason) == (text, text, text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(POSTBACK)), json_values))
def test_whatever_stands_in_the_fields_is_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        message = read(signed(POSTBACK | changes))
    except Refused:
        return
    assert isinstance(message, Message)


@given(json_values)
def test_whatever_the_document_is_it_is_read_or_refused(document: object) -> None:
    with pytest.raises(Refused):
        read(signed(document))
