"""Reads the daily file of exchange rates of the Bank of Russia. Pure.

Its form (XML_daily, windows-1251), of which the code, the nominal and the value count:

    <ValCurs Date="25.11.2026" name="Foreign Currency Market">
      <Valute ID="R01375"><NumCode>156</NumCode><CharCode>CNY</CharCode><Nominal>10</Nominal>
        <Name>…</Name><Value>109,4805</Value><VunitRate>10,94805</VunitRate></Valute>
    </ValCurs>
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.partner_postback.domain.attribution import OWN_CURRENCY
from shared.money import UnknownCurrency, minor_units, round_down
from shared.schemas import FIRST_YEAR, LAST_YEAR

# A million rubles for one unit: no currency was ever worth as much, bitcoin and gold are none.
LARGEST_RATE_MICRO = 10**12
# The bank names a day and means that day in Moscow.
MOSCOW = ZoneInfo("Europe/Moscow")
# No file comes at weekends and holidays. The longest pause, about the new year, has up to 11 days;
# after two weeks something is broken, and an order is better held than counted at an old rate.
HOLDS = timedelta(days=14)
_DECIMAL = re.compile(r"([0-9]{1,12})(?:,([0-9]{1,12}))?", re.ASCII)
_NOMINAL = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_MICRO = 1_000_000
_MOST_CURRENCIES = 300
_LONGEST_CODE = 10


class WrongRates(ValueError):
    """The document is no daily file of rates that can be used; `field`: the currency at fault."""

    code = "invalid_rates"

    def __init__(self, why: str, currency: str | None = None) -> None:
        self.field = currency
        super().__init__(f"{currency}: {why}" if currency else why)


@dataclass(frozen=True, slots=True)
class Published:
    """The rates of one day: rubles for one unit, in millionths; `skipped`: codes of no use here."""

    day: date
    valid_from: datetime
    valid_until: datetime
    rates: dict[str, int]
    skipped: tuple[str, ...]


def read(document: bytes) -> Published:
    """Answer the rates of a daily file, all of them or none; raises WrongRates.

    A rate counts from 00:00 in Moscow on the file's day, for HOLDS or until the next one.
    Currencies that nobody pays in (the XDR of the IMF) are skipped and listed. Example: the
    file above is `{"CNY": 10_948_050}` from 2026-11-24T21:00:00Z to 2026-12-08T21:00:00Z.
    """
    root = _root(document)
    valid_from = _day(root.get("Date", ""))
    rates: dict[str, int] = {}
    skipped: list[str] = []
    for currency, nominal, value in _lines(root):
        if not _is_paid_in(currency):
            skipped.append(currency)
        elif currency in rates:
            why = "It stands in the file twice."
            raise WrongRates(why, currency)
        else:
            rates[currency] = rate_micro(value, nominal, currency)
    if not rates:
        why = "The file has no rate."
        raise WrongRates(why)
    day = valid_from.astimezone(MOSCOW).date()
    return Published(day, valid_from, valid_from + HOLDS, rates, tuple(skipped))


def rate_micro(value: str, nominal: str, currency: str) -> int:
    """Answer the rubles for one unit in millionths, exact but for one rounding, down.

    `value` is the bank's decimal with a comma, for `nominal` units. Examples: "78,1234" for 1 is
    78 123 400; "46,9297" for 10000 (dong) is 4 692, of 4 692.97. Raises WrongRates.
    """
    found = _DECIMAL.fullmatch(value)
    if found is None:
        why = f"Its value {value[:30]!r} is no positive decimal with a comma, such as 78,1234."
        raise WrongRates(why, currency)
    if not _NOMINAL.fullmatch(nominal):
        why = f"Its nominal {nominal[:30]!r} is no whole number from 1."
        raise WrongRates(why, currency)
    whole, decimals = found[1], found[2] or ""
    micro = round_down(int(whole + decimals) * _MICRO, 10 ** len(decimals) * int(nominal))
    if not 1 <= micro <= LARGEST_RATE_MICRO:
        why = f"{value} rubles for {nominal} cannot be: a unit is worth 0.000001 to 1 000 000."
        raise WrongRates(why, currency)
    return micro


def _root(document: bytes) -> Element:
    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except DefusedXmlException:
        why = "The file has a document type or entities, which a file of rates never has."
        raise WrongRates(why) from None
    except (ParseError, ValueError, LookupError) as fault:  # of an encoding that nobody knows, too
        why = f"The file is no XML: {str(fault)[:200]}."
        raise WrongRates(why) from None
    if root.tag != "ValCurs":
        why = f"The file is no ValCurs but {root.tag[:50]!r}."
        raise WrongRates(why)
    return root


def _day(text: str) -> datetime:
    try:
        day = datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=MOSCOW)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        why = f"Date: {text[:30]!r} is no day such as 25.11.2026."
        raise WrongRates(why)
    return day.astimezone(UTC)


def _lines(root: Element) -> Iterator[tuple[str, str, str]]:
    lines = root.findall("Valute")
    if len(lines) > _MOST_CURRENCIES:
        why = f"The file has more than {_MOST_CURRENCIES} currencies."
        raise WrongRates(why)
    for place, line in enumerate(lines, start=1):
        currency = _text(line, "CharCode")
        if not 1 <= len(currency) <= _LONGEST_CODE:
            why = f"Valute {place} of the file has no CharCode such as USD."
            raise WrongRates(why)
        yield currency, _text(line, "Nominal"), _text(line, "Value")


def _text(line: Element, name: str) -> str:
    return (line.findtext(name) or "").strip()


def _is_paid_in(currency: str) -> bool:
    try:
        minor_units(currency)
    except UnknownCurrency:
        return False
    return currency != OWN_CURRENCY
