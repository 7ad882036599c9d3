"""Money is exact: nothing is rounded on its way in; one function rounds on the way to points."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import (
    LARGEST_AMOUNT_MINOR,
    InvalidAmount,
    Money,
    UnknownCurrency,
    minor_units,
    parse_money,
    round_down,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("26.09", "EUR", 2609),
        ("33.7", "EUR", 3370),
        ("599.90", "DKK", 59990),
        ("100", "JPY", 100),
        ("100.0", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("0", "RUB", 0),
        ("7.7800", "USD", 778),
    ],
)
def test_a_decimal_text_becomes_minor_units_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 40,
        "2,65",
        "1 000",
        "1_000",
        "-1",
        "+1",
        "1e3",
        "NaN",
        "",
        " 1",
        "٣",
        "1.",
        ".5",
        "01",
        "7.781",
        "None",
        "1.00000",
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_money(text, "USD")


@pytest.mark.parametrize("currency", ["rub", "ZZZ", "", "XXX", "RUBLE", "XAU"])
def test_what_is_no_currency_of_orders_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        parse_money("1", currency)


@pytest.mark.parametrize("amount", [-1, LARGEST_AMOUNT_MINOR + 1])
def test_a_sum_that_no_order_has_is_refused(amount: int) -> None:
    with pytest.raises(InvalidAmount):
        Money(amount, "RUB")


@given(st.integers(0, LARGEST_AMOUNT_MINOR), st.sampled_from(["RUB", "JPY", "KWD", "EUR"]))
def test_writing_and_reading_an_amount_gives_it_back(minor: int, currency: str) -> None:
    decimals = minor_units(currency)
    digits = str(minor).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    assert parse_money(f"{whole}.{fraction}" if fraction else whole, currency).amount_minor == minor


@given(st.integers(0, 10**30), st.integers(1, 10**20))
def test_rounding_goes_down_by_less_than_one(numerator: int, denominator: int) -> None:
    rounded = round_down(numerator, denominator)
    assert 0 <= Fraction(numerator, denominator) - rounded < 1


def test_a_negative_sum_is_never_rounded() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        round_down(-1, 2)
