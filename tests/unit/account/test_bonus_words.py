"""A bonus in words, and its sum line by line."""

from typing import Any

import pytest

from services.account.telling import bonuses
from services.bonus_status.domain import Source, Status
from services.bonus_status.telling.status import StatusCode


def bonus(**values: Any) -> dict[str, Any]:
    why = {"paid_minor": 105000, "currency": "RUB", "rate_micro": 1_000_000}
    rate = {"kind": "percent", "basis_points": 1500, "rubles": None}
    shown = {"source": "purchase", "store_name": "Perekrestok", "amount": 157, "status": "accrued"}
    return shown | {"reason": None, "why": why | {"rate": rate | values.pop("rate", {})}} | values


def lines(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("\N{NO-BREAK SPACE}", " "), said.replace("\N{NO-BREAK SPACE}", " "))
        for name, said in bonuses.computation(one)
    ]


def test_a_percentage_is_rounded_in_sight() -> None:
    assert lines(bonus()) == [
        ("You paid", "1,050 ₽"),
        ("15 % of it", "157.50 ₽"),
        ("Rounded down to whole rubles", "157 ₽"),
    ]


def test_what_comes_out_whole_is_not_rounded() -> None:
    whole = bonus(rate={"basis_points": 1000})
    assert lines(whole)[-1] == ("10 % of it", "105 ₽")


def test_another_currency_shows_its_rate() -> None:
    """The sum of the programme's own example: 5 % of 120.50 EUR at 98.25."""
    euro = bonus(rate={"basis_points": 500})
    euro["why"] |= {"paid_minor": 12050, "currency": "EUR", "rate_micro": 98_250_000}
    assert lines(euro) == [
        ("You paid", "€120.50"),
        ("In rubles, at 98.25 ₽", "11,839.125 ₽"),
        ("5 % of it", "591.95625 ₽"),
        ("Rounded down to whole rubles", "591 ₽"),
    ]


def test_a_flat_rate_and_excluded_goods_say_so() -> None:
    assert lines(bonus(rate={"kind": "flat", "rubles": 300}))[-1][1] == "300 ₽"
    assert lines(bonus(rate={"kind": "none"}))[-1][1] == "0 ₽"


def test_a_gift_has_no_sum() -> None:
    gift = bonus(source="promo_code", store_name=None)
    gift["why"] |= {"rate": None, "paid_minor": None}
    assert bonuses.computation(gift) == []
    assert bonuses.title(gift) == "Promo code"


def test_purchases_gifts_friends_and_debits_look_different() -> None:
    shown = [
        bonus(),
        bonus(source="promo_code"),
        bonus(source="invitation"),
        bonus(source="correction"),
        bonus(source="correction", amount=-5),
    ]
    assert len({bonuses.picture(one) for one in shown}) == len(shown)


@pytest.mark.parametrize("source", [one for one in Source if one is not Source.PURCHASE])
def test_every_source_has_its_words(source: Source) -> None:
    """What would break it: a new source, which members would read as a purchase."""
    assert bonuses.title(bonus(source=source.value, store_name=None)) != "A purchase"


@pytest.mark.parametrize("code", list(StatusCode))
def test_every_reason_of_a_status_has_its_words(code: StatusCode) -> None:
    shown = bonus(status_told={"code": code.value, "in_words": "(in English)"})
    assert bonuses.told(shown) != "(in English)"


def test_every_status_has_its_mark() -> None:
    assert set(bonuses.STATUSES) == {one.value for one in Status}
