"""A store reports to us in the form that Admitad taught it: one request per line of the cart."""

from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says
from shared.money import Money
from tests.unit.partner_postback.networks.samples import CLICK, PUSHED, sample
from tests.unit.partner_postback.requests import by_get, by_post, read, refusal

SAMPLE = PUSHED["admitad-store"]


def test_the_documented_line_is_read() -> None:
    message = read(sample("admitad-store"))
    assert (message.order_id, message.line_id, message.lines) == ("123456", "1", 3)
    assert (message.says, message.action, message.category) == (Says.REPORTED, "1", "1")
    assert (message.click_id, message.amount) == (CLICK, Money(4_000_000, "USD"))
    assert message.only_first_counts
    assert message.ordered_on_arrival


def test_the_documented_cart_is_195_000() -> None:
    """An order is the sum of price times quantity over its lines."""
    prices = (("20000", "2"), ("35000", "3"), ("50000", "1"))
    lines = [
        read(sample("admitad-store", price=price, quantity=quantity, position_id=str(place)))
        for place, (price, quantity) in enumerate(prices, start=1)
    ]
    assert sum(one.amount.amount_minor for one in lines if one.amount) == 195_000_00
    assert {one.line_id for one in lines} == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("order_id", ("oid",)),
        ("action_code", ("ac", "product", "product_code")),
        ("tariff_code", ("tc",)),
        ("currency_code", ("currency", "c")),
        ("position_id", ("pid",)),
        ("position_count", ("pc", "pn")),
        ("price", ("cart", "p", "amount")),
    ],
)
def test_each_alias_says_the_same_as_its_name(name: str, aliases: tuple[str, ...]) -> None:
    expected = read(sample("admitad-store"))
    for alias in aliases:
        renamed = sample("admitad-store", **{name: None, alias: SAMPLE[name]})
        assert read(renamed) == expected
        both = sample("admitad-store", **{alias: SAMPLE[name]})
        assert refusal(both) == ("duplicate_parameter", alias)


@pytest.mark.parametrize("name", ["postback_key", "postback_hash", "pk"])
def test_the_key_is_taken_from_each_of_its_names_and_kept_from_none(name: str) -> None:
    names = ("postback_key", "postback_hash", "pk")
    sent = sample("admitad-store", **{"postback_key": None, name: "k" * 32})
    assert sent.key(names) == "k" * 32
    assert b"kkkk" not in sent.without_key(names).query


def test_a_form_posted_says_the_same_as_an_address() -> None:
    assert read(by_post("admitad-store", SAMPLE)) == read(by_get("admitad-store", SAMPLE))


LEAD: dict[str, Any] = {
    "currency_code": None,
    "quantity": None,
    "position_id": None,
    "position_count": None,
    "price": None,
    "payment_type": "lead",
}


def test_a_lead_needs_no_price_quantity_position_or_currency() -> None:
    message = read(sample("admitad-store", **LEAD))
    assert (message.amount, message.lines) == (Money(0, "RUB"), 1)
    priced = read(sample("admitad-store", **{**LEAD, "price": "9.50", "currency_code": "USD"}))
    assert priced.amount == Money(950, "USD")


@pytest.mark.parametrize("name", [name for name in LEAD if name != "payment_type"])
def test_a_sale_needs_them_all(name: str) -> None:
    """A misspelt quantity would cost money in silence."""
    assert refusal(sample("admitad-store", **{name: None})) == ("invalid_fields", name)
    of_no_type = {name: None, "payment_type": None}
    assert refusal(sample("admitad-store", **of_no_type)) == ("invalid_fields", name)


def test_a_promo_code_without_a_click_is_a_valid_order() -> None:
    message = read(sample("admitad-store", uid=None, promocode="SALE10"))
    assert (message.click_id, message.amount) == (None, Money(4_000_000, "USD"))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"price": "2,65"}, "invalid_amount", "price"),
        ({"price": "-5"}, "invalid_amount", "price"),
        ({"price": "1 000"}, "invalid_amount", "price"),
        ({"order_id": ""}, "invalid_fields", "order_id"),
        ({"order_id": "1" * 101}, "invalid_fields", "order_id"),
        ({"quantity": "0"}, "invalid_fields", "quantity"),
        ({"quantity": "1.5"}, "invalid_fields", "quantity"),
        ({"quantity": "1000001"}, "invalid_fields", "quantity"),
        ({"price": "100000000000", "quantity": "1000000"}, "invalid_amount", "price"),
        ({"position_count": "0"}, "invalid_fields", "position_count"),
        ({"position_count": "1001"}, "invalid_fields", "position_count"),
        ({"currency_code": "usd"}, "unknown_currency", "currency_code"),
        ({"action_code": ""}, "invalid_fields", "action_code"),
        ({"uid": "{uid}"}, "macro_not_replaced", "uid"),
        ({"order_id": "undefined"}, "invalid_fields", "order_id"),
    ],
)
def test_a_line_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("admitad-store", **change)) == (code, field)


def test_an_order_id_may_have_100_characters() -> None:
    assert read(sample("admitad-store", order_id="1" * 100)).order_id == "1" * 100


def test_2_65_is_right() -> None:
    assert read(sample("admitad-store", price="2.65", quantity="1")).amount == Money(265, "USD")
