"""Impact: event notifications by GET or JSON, and the records of its actions."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Basis, Says, fold
from services.partner_postback.domain.attribution import conversion_id_of
from shared.money import Money
from tests.unit.partner_postback.networks.samples import CLICK, impact_by_json, sample
from tests.unit.partner_postback.requests import by_json, read, refusal


def test_the_sample_says_the_same_by_get_and_as_json() -> None:
    message = read(sample("impact"))
    assert message == read(impact_by_json())
    assert (message.order_id, message.click_id) == ("1000.4567.123456", CLICK)
    assert (message.says, message.amount) == (Says.REPORTED, Money(10_000, "USD"))
    assert message.ordered_at == datetime(2026, 11, 23, 11, 6, 32, tzinfo=UTC)


def test_numbers_of_json_need_not_be_texts() -> None:
    assert read(impact_by_json(amount=100.5)).amount == Money(10_050, "USD")
    assert read(impact_by_json(amount=100)).amount == Money(10_000, "USD")


def test_notification_and_record_of_one_action_meet() -> None:
    pushed, pulled = read(sample("impact")), read(sample("impact-actions"))
    assert conversion_id_of("p", pushed) == conversion_id_of("p", pulled)
    assert (pushed.amount, pushed.ordered_at) == (pulled.amount, pulled.ordered_at)


@pytest.mark.parametrize(
    ("status", "says"),
    [("PENDING", Says.REPORTED), ("APPROVED", Says.APPROVED), ("REVERSED", Says.DECLINED)],
)
def test_each_status_has_its_word(status: str, says: Says) -> None:
    assert read(sample("impact", status=status)).says is says
    assert read(sample("impact-actions", State=status)).says is says


def test_a_modified_action_is_pending_again_and_its_approval_says_the_amount() -> None:
    stages = [
        read(sample("impact")),
        read(
            sample("impact", amount="70.00", delta_amount="-30.00", status_detail="ITEM_RETURNED")
        ),
        read(sample("impact-actions", State="APPROVED", Amount="70.00")),
    ]
    assert fold(stages[:2]).paid_minor == 7_000
    for order in permutations(stages):
        assert (fold(order).status, fold(order).paid_minor) == ("approved", 7_000)


def test_an_action_modified_upwards_counts_the_smaller_until_it_is_approved() -> None:
    stages = [read(sample("impact")), read(sample("impact", amount="130.00"))]
    assert fold(stages).paid_minor == 10_000
    approved = read(sample("impact", amount="130.00", status="APPROVED"))
    assert fold([*stages, approved]).paid_minor == 13_000


def test_a_delta_alone_is_a_change() -> None:
    less = read(sample("impact", amount=None, delta_amount="-30.00"))
    assert (less.says, less.basis, less.amount) == (Says.RETURNED, Basis.LESS, Money(3_000, "USD"))
    more = read(sample("impact", amount=None, delta_amount="30.00"))
    assert (more.says, more.basis, more.amount) == (Says.AMENDED, Basis.MORE, Money(3_000, "USD"))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"status": "approved"}, "invalid_fields", "status"),
        ({"amount": "{Amount}"}, "macro_not_replaced", "amount"),
        ({"action_id": "A-{ActionId}"}, "macro_not_replaced", "action_id"),
        ({"amount": "5,00"}, "invalid_amount", "amount"),
        ({"amount": None, "delta_amount": None}, "invalid_fields", "amount"),
        ({"currency": ""}, "invalid_fields", "currency"),
        ({"event_date": "2026-11-23"}, "invalid_fields", "event_date"),
        ({"event_date": "2026-11-23T04:06:32 07:00"}, "invalid_fields", "event_date"),
        ({"event_date": "2027-11-23T04:06:32-07:00"}, "in_the_future", "event_date"),
    ],
)
def test_a_notification_that_is_wrong_names_its_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("impact", **change)) == (code, field)
    assert refusal(impact_by_json(**change)) == (code, field)


def test_a_field_in_the_address_and_in_the_body_is_refused() -> None:
    both = by_json("impact", {"status": "PENDING"}, query=b"status=APPROVED")
    assert refusal(both) == ("duplicate_parameter", "status")
    flat_twice = by_json("impact", {"a.b": 1, "a": {"b": 2}})
    assert refusal(flat_twice) == ("duplicate_parameter", "a.b")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"[1]", "invalid_fields"),
        (b'{"status": "PENDING", "status": "APPROVED"}', "malformed_json"),
        (b'{"amount": NaN}', "malformed_json"),
        (b'{"amount": {Amount}}', "malformed_json"),
        ('{"status": "\N{CYRILLIC CAPITAL LETTER PE}"}'.encode("cp1251"), "malformed_json"),
        (b"[" * 40 + b"]" * 40, "malformed_json"),
        (b'{"a": [' + b"1," * 600 + b"1]}", "too_many_parameters"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body: bytes, code: str) -> None:
    assert refusal(by_json("impact", body))[0] == code
