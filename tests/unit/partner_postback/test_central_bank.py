"""The central bank's daily file: exact figures, all or nothing, each fault with its currency."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.rates.central_bank import (
    LARGEST_RATE_MICRO,
    WrongRates,
    rate_micro,
    read,
)
from services.partner_postback.work.rates import next_evening

DOLLAR = (
    '<Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>'
    "<Name>Доллар США</Name><Value>78,1234</Value><VunitRate>78,1234</VunitRate></Valute>"
)
DONG = (
    '<Valute ID="R01150"><NumCode>704</NumCode><CharCode>VND</CharCode><Nominal>10000</Nominal>'
    "<Name>Донгов</Name><Value>46,9297</Value><VunitRate>0,00469297</VunitRate></Valute>"
)
SDR = (
    '<Valute ID="R01589"><NumCode>960</NumCode><CharCode>XDR</CharCode><Nominal>1</Nominal>'
    "<Name>СДР</Name><Value>106,1</Value><VunitRate>106,1</VunitRate></Valute>"
)


def document(*lines: str, date: str = "25.11.2026", encoding: str = "windows-1251") -> bytes:
    """A file as the bank serves it."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    body = f'<ValCurs Date="{date}" name="Foreign Currency Market">{"".join(lines)}</ValCurs>'
    return (head + body).encode(encoding)


def test_the_file_is_read_exactly_from_its_day_in_moscow() -> None:
    published = read(document(DOLLAR, DONG, SDR))
    assert published.rates == {"USD": 78_123_400, "VND": 4_692}
    assert published.skipped == ("XDR",)
    assert published.day == date(2026, 11, 25)
    assert published.valid_from == datetime(2026, 11, 24, 21, tzinfo=UTC)
    assert published.valid_until == datetime(2026, 12, 8, 21, tzinfo=UTC)


def test_another_encoding_is_read_as_it_says() -> None:
    assert read(document(DOLLAR, encoding="utf-8")).rates == {"USD": 78_123_400}


@given(
    units=st.integers(1, 10**9),
    decimals=st.integers(0, 8),
    nominal=st.sampled_from([1, 10, 100, 1_000, 10_000, 100_000, 7]),
)
def test_a_rate_is_the_exact_quotient_rounded_down_once(
    units: int, decimals: int, nominal: int
) -> None:
    """A float, or a rounding of the quotient before it is multiplied, would show here."""
    digits = str(units).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]},{digits[-decimals:]}" if decimals else digits
    exact = Fraction(units, 10**decimals) / nominal * 1_000_000
    if 1 <= exact < LARGEST_RATE_MICRO + 1:
        assert rate_micro(text, str(nominal), "USD") == exact.numerator // exact.denominator
    else:
        with pytest.raises(WrongRates):
            rate_micro(text, str(nominal), "USD")


@pytest.mark.parametrize(
    "value",
    ["-78,1234", "0", "0,0000", "78.1234", "78,12,34", "", " ", "78,", ",5", "1e5", "٧٨,1",
     "0,0000001", "1000001", "9" * 13, "NaN"],
)  # fmt: skip
def test_what_is_no_sensible_value_is_refused_by_its_currency(value: str) -> None:
    with pytest.raises(WrongRates) as refused:
        read(document(DONG, DOLLAR.replace("78,1234", value), encoding="utf-8"))
    assert refused.value.field == "USD"


@pytest.mark.parametrize("nominal", ["0", "-1", "1,5", "", "x", "1" * 10])
def test_a_wrong_nominal_is_refused_by_its_currency(nominal: str) -> None:
    line = DOLLAR.replace("<Nominal>1<", f"<Nominal>{nominal}<")
    with pytest.raises(WrongRates) as refused:
        read(document(line))
    assert refused.value.field == "USD"


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<ValCurs Date="25.11.2026">&lol2;</ValCurs>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<ValCurs Date="25.11.2026">&x;</ValCurs>"""


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "no XML"),
        (b"\x00\xff", "no XML"),
        (document(DOLLAR)[:-20], "no XML"),
        (b'<?xml version="1.0" encoding="utf-7"?><ValCurs/>', "no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><ValCurs/>', "no XML"),
        (b"<a>" * 300_000, "no XML"),
        (BOMB.encode(), "document type"),
        (OUTSIDE.encode(), "document type"),
        (b"<html><body>Sign in</body></html>", "no ValCurs"),
        (document(DOLLAR, date="2026-11-25"), "Date"),
        (document(DOLLAR, date="31.12.9999"), "Date"),
        (document(DOLLAR, date="01.01.0001"), "Date"),
        (document(DOLLAR, date="32.11.2026"), "Date"),
        (document(), "no rate"),
        (document(SDR), "no rate"),
        (document(DOLLAR.replace("<CharCode>USD</CharCode>", "")), "Valute 1"),
        (document(DOLLAR, DOLLAR), "twice"),
        (document(*[DOLLAR] * 301), "more than 300"),
    ],
)
def test_what_is_no_file_of_rates_is_refused_whole(sent: bytes, says: str) -> None:
    with pytest.raises(WrongRates, match=says):
        read(sent)


def test_the_next_fetch_is_in_the_evening_of_moscow() -> None:
    assert next_evening(datetime(2026, 11, 25, 16, 59, tzinfo=UTC)).isoformat() == (
        "2026-11-25T20:00:00+03:00"
    )
    assert next_evening(datetime(2026, 11, 25, 17, tzinfo=UTC)).day == 26
