"""Admitad's revision file: what became of whole orders."""

from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says, names_no_line
from services.partner_postback.formats import built_in
from shared.money import Money
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal

NAME = "admitad-revision"


def test_the_documented_payment_is_about_a_whole_order_in_its_own_currency() -> None:
    message = read(sample(NAME))
    assert (message.order_id, message.line_id, message.action) == ("123456", "", "")
    assert (message.says, message.amount, message.amount_text) == (Says.APPROVED, None, "1000")
    assert names_no_line(message)


def test_a_refusal_tells_its_reason() -> None:
    message = read(sample(NAME, Status="2", OrderAmount=None, Comment="a" * 30))
    assert (message.says, message.reason, message.amount_text) == (Says.DECLINED, "a" * 30, None)


def test_a_currency_is_taken_where_there_is_one() -> None:
    assert read(sample(NAME, currency_code="EUR")).amount == Money(100_000, "EUR")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"Status": "3"}, "invalid_fields", "Status"),
        ({"Status": None}, "invalid_fields", "Status"),
        ({"Status": ""}, "invalid_fields", "Status"),
        ({"OrderID": None}, "invalid_fields", "OrderID"),
        ({"orderid": "1"}, "invalid_fields", "orderid"),
        ({"OrderAmount": "10,5"}, "invalid_amount", "OrderAmount"),
        ({"OrderAmount": "-1"}, "invalid_amount", "OrderAmount"),
        ({"OrderAmount": ""}, "invalid_fields", "OrderAmount"),
        ({"OrderAmount": "None"}, "invalid_fields", "OrderAmount"),
        ({"Reward": "1,5"}, "invalid_amount", "Reward"),
        ({"Reward": "-1"}, "invalid_amount", "Reward"),
        ({"Reward": ""}, "invalid_fields", "Reward"),
        ({"Reward": "None"}, "invalid_fields", "Reward"),
        ({"Comment": "a" * 31}, "invalid_fields", "Comment"),
        ({"Comment": "None"}, "invalid_fields", "Comment"),
        ({"currency_code": "XYZ"}, "unknown_currency", "currency_code"),
    ],
)
def test_a_payment_that_is_wrong_names_its_element(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample(NAME, **change)) == (code, field)


def test_it_says_how_its_records_lie_in_the_file() -> None:
    spoken = built_in()[NAME].profile
    assert spoken
    assert spoken.file
    assert (spoken.file.kind, spoken.file.record) == ("xml", "Payment")
    assert spoken.file.namespace == "http://admitad.com/payments-revision"
