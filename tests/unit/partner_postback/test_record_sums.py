"""What the sum of a record means, by its place, its word and its profile."""

import re
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Basis, Says
from services.partner_postback.formats.request import Refused
from shared.money import Money
from tests.unit.partner_postback.profiles import profile, refused, told


@pytest.mark.parametrize(
    ("decimal", "text", "minor"),
    [
        ("dot", "10.50", 1050),
        ("dot", "10,50", None),
        ("comma", "10,50", 1050),
        ("comma", "10.50", None),
        ("comma", "1.234,50", None),
        ("minor", "1050", 1050),
        ("minor", "10.50", None),
        ("minor", "-5", None),
        ("minor", "\N{ARABIC-INDIC DIGIT ONE}", None),
        ("dot", "\N{ARABIC-INDIC DIGIT ONE}", None),
        ("dot", "1e3", None),
        ("dot", "0.001", None),
        ("dot", "NaN", None),
    ],
)
def test_decimal_says_how_sums_are_written(decimal: str, text: str, minor: int | None) -> None:
    spoken = profile(decimal=decimal)
    if minor is None:
        assert refused(spoken, sum=text) == ("invalid_amount", "sum")
    else:
        assert told(spoken, sum=text).amount == Money(minor, "RUB")


@pytest.mark.parametrize(("decimal", "says"), [("dot", "1083.29"), ("comma", "1083,29")])
def test_what_is_no_sum_is_told_how_this_partner_writes_them(decimal: str, says: str) -> None:
    with pytest.raises(Refused, match=re.escape(says)):
        told(profile(decimal=decimal), sum="sum")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("7.781", "USD", 778),
        ("7.7899999999", "USD", 778),
        ("7", "USD", 700),
        ("7.5", "JPY", 7),
        ("7.5", "KWD", 7500),
    ],
)
def test_what_a_currency_does_not_have_is_cut_where_the_profile_says(
    text: str, currency: str, minor: int
) -> None:
    assert told(profile(cuts_decimals=True), sum=text, cur=currency).amount == Money(
        minor, currency
    )


def test_a_sum_below_zero_comes_back_where_the_profile_says() -> None:
    assert refused(profile(), sum="-5") == ("invalid_amount", "sum")
    message = told(profile(negative_comes_back=True), sum="-5")
    assert (message.says, message.basis) == (Says.RETURNED, Basis.LESS)
    assert message.amount == Money(500, "RUB")
    declined = told(profile(negative_comes_back=True), sum="-5", state="no")
    assert declined.says is Says.DECLINED


@pytest.mark.parametrize(
    ("place", "state", "text", "says", "basis"),
    [
        ("amount", "new", "5", Says.REPORTED, Basis.TOTAL),
        ("amount", "back", "5", Says.RETURNED, Basis.LESS),
        ("amount_left", "back", "5", Says.RETURNED, Basis.TOTAL),
        ("amount_left", "ok", "5", Says.APPROVED, Basis.TOTAL),
        ("change", "new", "5", Says.AMENDED, Basis.MORE),
        ("change", "new", "-5", Says.RETURNED, Basis.LESS),
        ("change", "ok", "5", Says.APPROVED, Basis.MORE),
        ("change", "back", "5", Says.RETURNED, Basis.LESS),
        ("change", "back", "-5", Says.RETURNED, Basis.LESS),
    ],
)
def test_a_sum_means_what_its_place_and_its_word_say(
    place: str, state: str, text: str, says: Says, basis: Basis
) -> None:
    fields: dict[str, Any] = {"amount": ["unsent"], place: ["sum"]}
    message = told(profile(fields=fields), sum=text, state=state)
    assert (message.says, message.basis, message.amount) == (says, basis, Money(500, "RUB"))


def test_an_amount_is_taken_before_a_change() -> None:
    message = told(profile(fields={"change": ["delta"]}), delta="-3")
    assert (message.basis, message.amount) == (Basis.TOTAL, Money(1050, "RUB"))


def test_a_price_counts_as_often_as_its_quantity() -> None:
    spoken = profile(fields={"quantity": ["pieces"]})
    assert told(spoken, pieces="3").amount == Money(3150, "RUB")
    assert told(spoken).amount == Money(1050, "RUB")
    for wrong in ("0", "-1", "1.0", "1000001", "x", "\N{SUPERSCRIPT TWO}"):
        assert refused(spoken, pieces=wrong) == ("invalid_fields", "pieces")


def test_an_amount_may_wait_for_the_currency_of_its_conversion() -> None:
    message = told(profile(), state="ok", cur=None)
    assert (message.amount, message.amount_text) == (None, "10.50")
    comma = told(profile(decimal="comma"), state="ok", cur=None, sum="10,50")
    assert comma.amount_text == "10.50"
    assert refused(profile(), state="ok", cur=None, sum="10,50") == ("invalid_amount", "sum")
    assert refused(profile(), cur=None) == ("invalid_fields", "cur")


@pytest.mark.parametrize("parts", [{"decimal": "minor"}, {"fields": {"quantity": ["pieces"]}}])
def test_what_is_no_decimal_sum_cannot_wait(parts: dict[str, Any]) -> None:
    """INVARIANT: 1050 kopecks without a currency must not become 1 050 rubles."""
    sent = {"state": "ok", "cur": None, "sum": "1050", "pieces": "2"}
    assert refused(profile(**parts), **sent) == ("invalid_fields", "cur")


def test_checked_amounts_are_checked_and_not_used() -> None:
    spoken = profile(checked_amounts=["fee"])
    assert told(spoken, fee="1.5").amount == Money(1050, "RUB")
    for wrong in ("1,5", "-1", "x"):
        assert refused(spoken, fee=wrong) == ("invalid_amount", "fee")
    assert told(profile(), fee="x").order_id
