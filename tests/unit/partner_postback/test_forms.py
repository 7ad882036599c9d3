"""The plain form: its fields, and how its parameters are taken."""

from collections.abc import Callable
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says
from services.partner_postback.formats.request import RawRequest
from shared.money import Money
from tests.unit.partner_postback.requests import by_get, by_post, read, refusal

FORM = {
    "token": "pk_secret",
    "order_id": "A-1",
    "status": "reported",
    "click_id": "c" * 64,
    "amount": "1099.00",
    "currency": "RUB",
    "ordered_at": "2026-11-23T11:40:00Z",
    "status_at": "2026-11-23T11:40:00Z",
}


@pytest.mark.parametrize("make", [by_get, by_post])
def test_a_plain_form_is_read_by_get_and_by_post(make: Callable[..., RawRequest]) -> None:
    message = read(make("form", FORM | {"category": "книги & more"}))
    assert message.category == "книги & more"
    assert (message.says, message.amount) == (Says.REPORTED, Money(109_900, "RUB"))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"amount": "1099,00"}, "invalid_amount", "amount"),
        ({"amount": "1e3"}, "invalid_amount", "amount"),
        ({"amount": "-1"}, "invalid_amount", "amount"),
        ({"amount": "0.001"}, "invalid_amount", "amount"),
        ({"amount": "9" * 40}, "invalid_amount", "amount"),
        ({"amount": "9" * 41}, "invalid_fields", "amount"),
        ({"currency": "XXZ"}, "unknown_currency", "currency"),
        ({"currency": ""}, "invalid_fields", "currency"),
        ({"status_at": "2026-11-23T11:40:00 03:00"}, "invalid_fields", "status_at"),
        ({"order_id": "a\x00b"}, "invalid_fields", "order_id"),
        ({"surprise": "1"}, "invalid_fields", "surprise"),
        ({"\x00x": "1"}, "invalid_fields", "\\x00x"),
    ],
)
def test_a_form_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    assert refusal(by_get("form", FORM | change)) == (code, field)


def test_a_parameter_that_comes_twice_is_refused_wherever_it_comes() -> None:
    twice = by_get("form", [*FORM.items(), ("order_id", "A-2")])
    assert refusal(twice) == ("duplicate_parameter", "order_id")
    both = by_post("form", FORM, query=b"order_id=A-2")
    assert refusal(both) == ("duplicate_parameter", "order_id")


def test_parameters_that_are_not_utf8_or_too_many_are_refused() -> None:
    assert refusal(by_get("form", b"order_id=%ff"))[0] == "not_utf8"
    assert (
        refusal(by_get("form", b"&".join(b"a=1" for _ in range(200))))[0] == "too_many_parameters"
    )


def test_the_key_never_stays_in_what_is_kept() -> None:
    kept = by_post("form", FORM, query=b"%74oken=pk_secret&x=1").without_key()
    assert b"pk_secret" not in kept.query + kept.body
    assert kept.query == b"%74oken=***&x=1"
