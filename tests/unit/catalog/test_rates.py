"""Rates say themselves in two words, and stores are sorted by their best one."""

import pytest

from services.catalog.rates import Rate, excluded, flat, headline, percent, weight


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([percent(None, 700)], "7 %"),
        ([percent(None, 750)], "7.5 %"),
        ([percent(None, 725)], "7.25 %"),
        ([percent(None, 10_000)], "100 %"),
        ([percent(None, 5)], "0.05 %"),
        ([flat(None, 500)], "500 ₽"),
        ([flat(None, 1500)], "1 500 ₽"),
        ([percent("books", 1500), percent(None, 300)], "up to 15 %"),
        ([flat("gold", 1000), flat(None, 100)], "up to 1 000 ₽"),
        ([percent("books", 700), percent(None, 700)], "7 %"),
        ([excluded("gift-cards"), percent(None, 700)], "7 %"),
        ([flat("machines", 200), percent(None, 1100)], "up to 11 %"),
        ([excluded(None)], "no cashback"),
        ([], "no cashback"),
    ],
)
def test_headline(rates: list[Rate], said: str) -> None:
    assert headline(rates) == said


def test_a_flat_sum_weighs_as_its_share_of_an_ordinary_order() -> None:
    ten_percent = [percent(None, 1000)]
    assert weight([flat(None, 499)]) < weight(ten_percent) == weight([flat(None, 500)])


def test_excluded_goods_weigh_nothing() -> None:
    assert weight([excluded(None)]) == weight([]) == 0
