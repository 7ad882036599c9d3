"""Sums, rates and telephone numbers as a member reads them."""

from decimal import Decimal

import phonenumbers
from babel.numbers import format_currency, format_decimal

from shared.money import minor_units
from shared.pages.words import locale

_SHOWN_DIGITS = 4


def exact(amount: Decimal) -> str:
    """Write rubles with their kopecks, if there are any: `157.5` is `157,50 ₽`."""
    whole = amount == amount.to_integral_value()
    pattern = "#,##0" if whole else "#,##0.00####"
    return f"{format_decimal(amount, pattern, locale=locale())}\N{NO-BREAK SPACE}\N{RUBLE SIGN}"


def paid(minor: int, currency: str) -> str:
    """Write what was paid in the currency it was paid in: `120.50 EUR` is `€120.50`."""
    amount = Decimal(minor).scaleb(-minor_units(currency))
    if currency == "RUB":
        return exact(amount)
    return str(format_currency(amount, currency, locale=locale()))


def rate(basis_points: int) -> str:
    """Write a rate: 750 basis points are `7,5 %`."""
    return f"{format_decimal(Decimal(basis_points) / 100, locale=locale())}\N{NO-BREAK SPACE}%"


def masked(phone: str) -> str:
    """Write a number so that its owner knows it and nobody else learns it: `+7 ··· 45-67`."""
    country = phonenumbers.parse(phone).country_code
    last = phone[-_SHOWN_DIGITS:]
    return f"+{country} ··· {last[:2]}-{last[2:]}".replace(" ", "\N{NO-BREAK SPACE}")


def telephone(phone: str) -> str:
    """Write a whole number in groups, to be compared by eye: `+7 926 123-45-67`."""
    international = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(phonenumbers.parse(phone), international)
    return written.replace(" ", "\N{NO-BREAK SPACE}")


FILTERS = {"paid": paid, "masked": masked, "telephone": telephone}
