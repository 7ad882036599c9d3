"""What a certificate pays of a purchase, and what of it is lost. Pure; minor units, 1/100 ruble."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.months import PROGRAMME_ZONE

MINOR = 100  # kopecks in a ruble


class Worth(NamedTuple):
    """What a certificate pays, what of it burns, and what is left to pay otherwise."""

    pays_minor: int
    burns_minor: int
    left_minor: int


def worth(denomination: int, price_minor: int) -> Worth:
    """Answer what a certificate of so many rubles does for a price.

    It pays up to 100 % of the price, once, and is never combined; what is left over is lost.
    Example: one of 2 000 rubles for a smartphone of 1 499.90 pays 1 499.90, and 500.10 burn; for
    one of 9 990 it pays 2 000, and 7 990 are left to pay.
    """
    pays = min(denomination * MINOR, price_minor)
    return Worth(pays, denomination * MINOR - pays, price_minor - pays)


def that_fits(price_minor: int, denominations: Sequence[int]) -> int | None:
    """Answer the largest denomination of which nothing burns; denominations rise, in rubles.

    Example: for 1 499.90 it is 1 000; for 99.00 there is none.
    """
    fits = [one for one in denominations if one * MINOR <= price_minor]
    return fits[-1] if fits else None


def same_day(redeemed_at: datetime, now: datetime) -> bool:
    """Tell whether a till that closes at midnight, Europe/Moscow, can still cancel."""
    days = [moment.astimezone(PROGRAMME_ZONE).date() for moment in (redeemed_at, now)]
    return days[0] == days[1]
