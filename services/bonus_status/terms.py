"""What a purchase earns: the store's terms at the click, one rounding, and the same in words."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from shared.money import minor_units, round_down

_BASIS_POINTS = 10_000
_MICRO = 1_000_000


class Rate(Struct, frozen=True):
    """What one category of goods earns (None: all other goods): a percentage or whole rubles."""

    category: str | None
    kind: str
    basis_points: int | None = None
    rubles: int | None = None
    excluded: bool = False


# Goods that no rate names earn nothing.
_NO_RATE = Rate(category=None, kind="percent", basis_points=0)


class Terms(Struct, frozen=True):
    """The rates of a store in a half-open stretch of time; their id names exactly these rates."""

    terms_id: str
    valid_from: datetime
    valid_to: datetime | None
    rates: tuple[Rate, ...]

    def in_force(self, moment: datetime) -> bool:
        """Tell whether these terms count at the moment."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


def terms_at(timeline: Sequence[Terms], moment: datetime) -> Terms | None:
    """Answer the terms in force at the moment (of the click), None in a hole."""
    return next((terms for terms in timeline if terms.in_force(moment)), None)


def rate_for(rates: Sequence[Rate], category: str | None) -> Rate:
    """Answer the category's own rate, else that of all other goods, else nothing."""
    by_category = {rate.category: rate for rate in rates}
    return by_category.get(category) or by_category.get(None) or _NO_RATE


class Purchase(Struct, frozen=True):
    """What was paid for one line, and the rubles for one unit of its currency, in millionths."""

    paid_minor: int
    currency: str
    rate_micro: int
    category: str | None = None


def worth(rate: Rate, purchase: Purchase) -> int:
    """Answer the points of a purchase: one division, rounded down once, in whole rubles.

    Example: 7 % of 1 099.00 RUB is 76 points.
    """
    if rate.excluded or purchase.paid_minor == 0:
        return 0
    if rate.kind == "flat":
        return rate.rubles or 0
    return round_down(
        purchase.paid_minor * purchase.rate_micro * (rate.basis_points or 0),
        10 ** minor_units(purchase.currency) * _MICRO * _BASIS_POINTS,
    )


def in_words(rate: Rate, purchase: Purchase) -> str:
    """Say why a purchase earns what it earns, so that a member can check it with a pencil."""
    category = purchase.category
    goods = "these goods" if category is None else f"goods of category {category!r}"
    if rate.excluded or rate.basis_points == 0:
        return f"The store's terms exclude {goods}: 0 points."
    if purchase.paid_minor == 0:
        return "Nothing was paid, or all of it was returned: 0 points."
    if rate.kind == "flat":
        return f"{rate.rubles} points for each purchase, whatever its price."
    return _percentage_in_words(rate, purchase)


def _percentage_in_words(rate: Rate, purchase: Purchase) -> str:
    percent = Decimal(rate.basis_points or 0) / 100
    paid = Decimal(purchase.paid_minor).scaleb(-minor_units(purchase.currency))
    rubles_for_one = Decimal(purchase.rate_micro) / _MICRO
    exact = paid * rubles_for_one * percent / 100
    points = worth(rate, purchase)
    said = f"{_plain(percent)} % of {paid:,} {purchase.currency}".replace(",", " ")
    if purchase.currency != "RUB":
        said += f" at {_plain(rubles_for_one)} RUB for 1 {purchase.currency}"
    rounding = "" if exact == points else ", rounded down to whole points"
    return f"{said} is {_plain(exact)} RUB{rounding}: {points} points."


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
