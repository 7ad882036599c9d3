"""What a purchase earns: exact, rounded down once, and said in words that a member can check."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.terms import (
    Purchase,
    Rate,
    Terms,
    in_words,
    rate_for,
    terms_at,
    worth,
)
from shared.money import minor_units

SEVEN_PERCENT = Rate(None, "percent", basis_points=700)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rate", "purchase", "points"),
    [
        (SEVEN_PERCENT, Purchase(109_900, "RUB", 1_000_000), 76),
        (SEVEN_PERCENT, Purchase(1_428, "RUB", 1_000_000), 0),
        (SEVEN_PERCENT, Purchase(1_429, "RUB", 1_000_000), 1),
        (SEVEN_PERCENT, Purchase(0, "RUB", 1_000_000), 0),
        (SEVEN_PERCENT, Purchase(2_609, "EUR", 98_500_000), 179),
        (SEVEN_PERCENT, Purchase(5_000, "JPY", 620_000), 217),
        (SEVEN_PERCENT, Purchase(12_345, "KWD", 310_000_000), 267),
        (Rate(None, "flat", rubles=500), Purchase(1, "RUB", 1_000_000), 500),
        (Rate(None, "flat", rubles=500), Purchase(0, "RUB", 1_000_000), 0),
        (Rate(None, "percent", 700, excluded=True), Purchase(10**6, "RUB", 1_000_000), 0),
        (Rate(None, "percent", 10_000), Purchase(10**15, "RUB", 1_000_000), 10**13),
    ],
)
def test_examples(rate: Rate, purchase: Purchase, points: int) -> None:
    assert worth(rate, purchase) == points


@given(
    paid=st.integers(0, 10**15),
    currency=st.sampled_from(["RUB", "EUR", "JPY", "KWD"]),
    rate_micro=st.integers(1, 10**12),
    basis_points=st.integers(0, 10_000),
)
def test_the_only_rounding_is_one_down_to_whole_rubles(
    paid: int, currency: str, rate_micro: int, basis_points: int
) -> None:
    """What would break it: a float, or a rounding of the converted sum before the percentage."""
    exact = Fraction(paid, 10 ** minor_units(currency))
    exact *= Fraction(rate_micro, 10**6) * Fraction(basis_points, 10**4)
    points = worth(Rate(None, "percent", basis_points), Purchase(paid, currency, rate_micro))
    assert points <= exact < points + 1


@given(paid=st.integers(0, 10**12), less=st.integers(0, 10**12))
def test_a_partial_return_never_earns_more(paid: int, less: int) -> None:
    left = max(paid - less, 0)
    whole = worth(SEVEN_PERCENT, Purchase(paid, "RUB", 1_000_000))
    assert 0 <= worth(SEVEN_PERCENT, Purchase(left, "RUB", 1_000_000)) <= whole


def test_a_category_earns_its_own_rate_and_unknown_ones_the_general_rate() -> None:
    books = Rate("books", "percent", basis_points=1_500)
    rates = (SEVEN_PERCENT, books)
    assert rate_for(rates, "books") is books
    assert rate_for(rates, "shoes") is SEVEN_PERCENT
    assert rate_for(rates, None) is SEVEN_PERCENT


def test_goods_that_no_rate_names_earn_nothing() -> None:
    rate = rate_for((Rate("books", "percent", basis_points=1_500),), "shoes")
    assert worth(rate, Purchase(10**6, "RUB", 1_000_000)) == 0


def test_terms_hold_from_their_first_moment_up_to_not_including_their_last() -> None:
    before = Terms("a", NOON - timedelta(days=9), NOON, ())
    promotion = Terms("b", NOON, NOON + timedelta(days=3), ())
    timeline = (before, promotion)
    assert terms_at(timeline, NOON - timedelta(microseconds=1)) is before
    assert terms_at(timeline, NOON) is promotion
    assert terms_at(timeline, NOON + timedelta(days=3)) is None
    assert terms_at((Terms("c", NOON, None, ()),), NOON + timedelta(days=9_999)) is not None


@pytest.mark.parametrize(
    ("rate", "purchase", "words"),
    [
        (
            SEVEN_PERCENT,
            Purchase(109_900, "RUB", 1_000_000),
            "7 % of 1 099.00 RUB is 76.93 RUB, rounded down to whole points: 76 points.",
        ),
        (
            Rate(None, "percent", basis_points=750),
            Purchase(2_000_000, "RUB", 1_000_000),
            "7.5 % of 20 000.00 RUB is 1500 RUB: 1500 points.",
        ),
        (
            SEVEN_PERCENT,
            Purchase(2_609, "EUR", 98_500_000),
            (
                "7 % of 26.09 EUR at 98.5 RUB for 1 EUR is 179.89055 RUB,"
                " rounded down to whole points: 179 points."
            ),
        ),
        (
            Rate("books", "percent", excluded=True),
            Purchase(100, "RUB", 1_000_000, "books"),
            "The store's terms exclude goods of category 'books': 0 points.",
        ),
        (
            Rate(None, "flat", rubles=500),
            Purchase(100, "RUB", 1_000_000),
            "500 points for each purchase, whatever its price.",
        ),
        (
            SEVEN_PERCENT,
            Purchase(0, "RUB", 1_000_000),
            "Nothing was paid, or all of it was returned: 0 points.",
        ),
    ],
)
def test_the_amount_is_explained_in_words(rate: Rate, purchase: Purchase, words: str) -> None:
    assert in_words(rate, purchase) == words
