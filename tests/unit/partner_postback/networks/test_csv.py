"""Rows of our own CSV: approvals, declines, returns and amendments."""

from typing import Any

import pytest

from services.partner_postback.domain.algebra import Basis, Says, names_no_line
from shared.money import Money
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal


@pytest.mark.parametrize("word", list(Says))
def test_a_status_is_one_of_our_own_words(word: Says) -> None:
    sent = {"status": word.value, "amount": "10", "currency": "RUB"}
    assert read(sample("csv", **sent)).says is word


def test_a_row_without_a_line_is_about_the_order() -> None:
    message = read(sample("csv", line_id=""))
    assert names_no_line(message)


def test_the_amount_of_a_return_is_what_came_back_or_what_is_left() -> None:
    back = read(sample("csv", status="returned", amount="3.50", currency="RUB"))
    assert (back.basis, back.amount) == (Basis.LESS, Money(350, "RUB"))
    left = read(sample("csv", status="returned", amount_left="6.50", currency="RUB"))
    assert (left.basis, left.amount) == (Basis.TOTAL, Money(650, "RUB"))
    whole = read(sample("csv", status="returned"))
    assert whole.amount is None


def test_without_a_currency_that_of_the_conversion_is_meant() -> None:
    message = read(sample("csv", status="amended", amount="6.50"))
    assert (message.amount, message.amount_text) == (None, "6.50")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"status": "ok"}, "invalid_fields", "status"),
        ({"status": "amended"}, "invalid_fields", "amount"),
        ({"status": "returned", "amount": "0", "currency": "RUB"}, "invalid_amount", "amount"),
        (
            {"status": "returned", "amount": "1", "amount_left": "1"},
            "invalid_fields",
            "amount_left",
        ),
        ({"status": "amended", "amount": "6,50"}, "invalid_amount", "amount"),
        ({"status": "reported", "amount": "6.50"}, "invalid_fields", "currency"),
        ({"status": "reported"}, "invalid_fields", "amount"),
        ({"status_at": None}, "invalid_fields", "status_at"),
        ({"status_at": "21.11.2026"}, "invalid_fields", "status_at"),
        ({"order_id": " A"}, "invalid_fields", "order_id"),
        ({"lines": "many"}, "invalid_fields", "lines"),
        ({"total": "1"}, "invalid_fields", "total"),
    ],
)
def test_a_row_that_is_wrong_names_its_column(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("csv", **change)) == (code, field)
