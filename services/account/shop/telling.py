"""Rates, days, groups and goods in the visitor's language.

The catalog has one language. What the shipped catalog calls its groups and goods is translated
here; what an operator named otherwise is shown as he wrote it.
"""

from decimal import Decimal

from babel.numbers import format_percent

from services.account.shop.names import GOODS, SHELVES
from services.account.shop.stock import Best, Rate, Worth
from shared.pages.words import gettext, locale, ngettext
from shared.pages.written import rubles

_BASIS_POINTS = 10_000
_BUSINESS_DAYS_UP_TO = 3


def worth(rate: Worth) -> str:
    """Write what goods earn: `7.5%` in English, `7,5 %` in Russian, or `500 ₽`."""
    if rate.kind == "flat":
        return rubles(rate.rubles or 0)
    share = Decimal(rate.basis_points or 0) / _BASIS_POINTS
    return str(format_percent(share, locale=locale(), decimal_quantization=False))


def cashback(best: Best | None) -> str:
    """Write a store's cashback: `up to 15%`, `7%`, `no cashback`."""
    if best is None:
        return gettext("no cashback")
    return gettext("up to %(rate)s") % {"rate": worth(best)} if best.up_to else worth(best)


def days(count: int) -> str:
    """Write how long a store takes: what is done within three days counts business days."""
    said = (
        ngettext("about %(num)s business day", "about %(num)s business days", count)
        if count <= _BUSINESS_DAYS_UP_TO
        else ngettext("about %(num)s day", "about %(num)s days", count)
    )
    return said % {"num": count}


def shelf_name(name: str) -> str:
    """Write a group's or sub-group's name, or a group's line."""
    return gettext(name) if name in SHELVES else name


def goods(rate: Rate, rates: tuple[Rate, ...]) -> str:
    """Name the goods of a rate: `gift-cards` becomes `Gift cards`."""
    if rate.category is None:
        return gettext("All other goods") if len(rates) > 1 else gettext("All goods")
    said = rate.category.replace("-", " ")
    said = said[:1].upper() + said[1:]
    return gettext(said) if said in GOODS else said


FILTERS = {one.__name__: one for one in (worth, cashback, days, shelf_name, goods)}
