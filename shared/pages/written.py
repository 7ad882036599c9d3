"""Numbers, money and dates as the visitor's language writes them; days are Moscow's."""

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from shared.months import PROGRAMME_ZONE
from shared.pages.words import locale

Moment = datetime | date | str


def number(amount: int) -> str:
    """Write a whole number: `12 500` in Russian, `12,500` in English."""
    return str(format_decimal(amount, locale=locale()))


def rubles(amount: int) -> str:
    """Write whole rubles: `1 250 ₽`."""
    money = format_currency(
        amount,
        "RUB",
        "#,##0\N{NO-BREAK SPACE}\N{CURRENCY SIGN}",
        locale=locale(),
        currency_digits=False,
    )
    return str(money).replace("RUB", "\N{RUBLE SIGN}").replace("RUR", "\N{RUBLE SIGN}")


def signed(amount: int) -> str:
    """Write a change with its sign: `+250 ₽`, or a real minus."""
    return f"+{rubles(amount)}" if amount > 0 else rubles(amount).replace("-", "\N{MINUS SIGN}")


def day(moment: Moment, pattern: str = "long") -> str:
    """Write the day on which a moment falls in Moscow: `1 December 2026`."""
    return str(format_date(_local(moment), pattern, locale=locale()))


def day_of_year(moment: Moment) -> str:
    """Write a day without its year: `1 December`."""
    return str(format_date(_local(moment), "d MMMM", locale=locale()))


def month(moment: Moment) -> str:
    """Write a month: `December 2026`; `2026-12` is read too."""
    return str(format_date(_local(moment), "LLLL y", locale=locale()))


def time(moment: Moment) -> str:
    """Write a moment to the minute, Moscow time: `1 December 2026, 14:05`."""
    return str(format_datetime(_local(moment), "d MMMM y, HH:mm", locale=locale()))


FILTERS = {one.__name__: one for one in (number, rubles, signed, day, day_of_year, month, time)}


def _local(moment: Moment) -> datetime | date:
    if isinstance(moment, str):
        # APIs write moments as RFC 3339, days as 2026-12-01 and months as 2026-12.
        whole = f"{moment}-01" if len(moment) == len("2026-12") else moment
        moment = datetime.fromisoformat(whole) if "T" in whole else date.fromisoformat(whole)
    return moment.astimezone(PROGRAMME_ZONE) if isinstance(moment, datetime) else moment
