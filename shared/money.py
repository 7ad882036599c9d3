"""Money as integers: an amount in minor units with its ISO 4217 currency, and the one rounding."""

import re
from dataclasses import dataclass
from functools import cache

from iso4217 import Currency

# A bigint column holds it with room for the multiplications of a rate; no honest order is larger.
LARGEST_AMOUNT_MINOR = 10**15
# What may be said of one line: 100 billion rubles or dollars. Its corrections can add up to more.
LARGEST_SAID_MINOR = 10**13
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,4}))?", re.ASCII)


class UnknownCurrency(ValueError):
    """The code is no ISO 4217 currency that orders are paid in."""

    code = "unknown_currency"

    def __init__(self, currency: str) -> None:
        """Keep the code that was sent."""
        self.currency = currency
        super().__init__(f"{currency[:20]!r} is not an ISO 4217 currency code such as RUB.")


class InvalidAmount(ValueError):
    """The amount is no exact, sensible sum of its currency."""

    code = "invalid_amount"

    def __init__(self, text: str, why: str) -> None:
        """Keep the text that was sent and say what is wrong with it."""
        self.text = text
        super().__init__(f"{text[:50]!r} is not an amount: {why}.")


class NotDecimal(InvalidAmount):
    """The text is no decimal number with a full stop."""


@cache
def _exponents() -> dict[str, int]:
    return {one.code: one.exponent for one in Currency if one.exponent is not None}


def minor_units(currency: str) -> int:
    """Answer how many decimals the currency has: RUB 2, JPY 0, KWD 3; raises UnknownCurrency."""
    try:
        return _exponents()[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


@dataclass(frozen=True, slots=True)
class Money:
    """A sum that was paid: `Money(259900, "RUB")` is 2 599 rubles.

    Raises UnknownCurrency, and InvalidAmount for a sum below zero or above LARGEST_AMOUNT_MINOR.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what no order can be."""
        minor_units(self.currency)
        if not 0 <= self.amount_minor <= LARGEST_AMOUNT_MINOR:
            why = f"it must lie between 0 and {LARGEST_AMOUNT_MINOR} minor units"
            raise InvalidAmount(str(self.amount_minor), why)


def parse_money(text: str, currency: str) -> Money:
    """Read an exact decimal with a full stop: `parse_money("26.09", "EUR")` is 2609 euro cents.

    Trailing zeros beyond the currency's decimals are harmless ("100.0" yen); any other digit there
    would need a rounding nobody agreed to. Raises InvalidAmount, UnknownCurrency.
    """
    decimals = minor_units(currency)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise NotDecimal(text, "write digits with at most one full stop, such as 1083.29")
    whole, fraction = match[1], (match[2] or "")
    if fraction[decimals:].strip("0"):
        raise InvalidAmount(text, f"{currency} has {decimals} decimals")
    return Money(int(whole + fraction[:decimals].ljust(decimals, "0")), currency)


def round_down(numerator: int, denominator: int) -> int:
    """Round a ratio of non-negative integers down: the one rounding of the programme.

    Example: 7 % of 1 099.00 rubles, `round_down(109900 * 700, 100 * 10_000)`, is 76 rubles.
    """
    if numerator < 0 or denominator <= 0:
        message = f"only non-negative sums are rounded, not {numerator}/{denominator}"
        raise ValueError(message)
    return numerator // denominator
