"""The alarm on a store's clicks and orders: silent on noise and on little, loud on a break."""

import random
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.claims.ratio import (
    FEWEST_CLICKS,
    FEWEST_EXPECTED_ORDERS,
    Counts,
    find_break,
    in_words,
)

STORES = 2_000
MOST_FALSE = 15  # of 2 000 by chance alone 5.4 are expected


def orders_of(chance: random.Random, clicks: int, ratio: float) -> int:
    """Draw how many of so many clicks bring an order, as a normal number near it."""
    drawn = chance.gauss(clicks * ratio, sqrt(clicks * ratio * (1 - ratio)))
    return max(0, round(drawn))


def test_noise_raises_next_to_no_alarm() -> None:
    chance = random.Random(5)
    false = 0
    for _ in range(STORES):
        clicks, before = chance.randint(200, 5_000), chance.randint(2_000, 40_000)
        ratio = chance.uniform(0.01, 0.2)
        counts = Counts(
            clicks, orders_of(chance, clicks, ratio), before, orders_of(chance, before, ratio)
        )
        false += find_break(counts) is not None
    assert false <= MOST_FALSE


@given(clicks=st.integers(1_000, 10_000), before=st.integers(8_000, 80_000),
       percent=st.integers(4, 20))  # fmt: skip
def test_orders_that_stop_raise_an_alarm(clicks: int, before: int, percent: int) -> None:
    found = find_break(Counts(clicks, 0, before, before * percent // 100))
    assert found is not None
    assert found.z < -3


@given(clicks=st.integers(0, FEWEST_CLICKS - 1), orders=st.integers(0, 500),
       before=st.integers(0, 10_000), before_orders=st.integers(0, 10_000))  # fmt: skip
def test_few_clicks_say_nothing(clicks: int, orders: int, before: int, before_orders: int) -> None:
    assert find_break(Counts(clicks, orders, before, before_orders)) is None


@given(orders=st.integers(0, 10_000), clicks=st.integers(200, 10_000))
def test_few_expected_orders_say_nothing(orders: int, clicks: int) -> None:
    before_orders = FEWEST_EXPECTED_ORDERS - 1
    assert find_break(Counts(clicks, orders, clicks, before_orders)) is None


@given(st.builds(Counts, *[st.integers(0, 10**6)] * 4))
def test_any_counts_are_judged_and_told(counts: Counts) -> None:
    found = find_break(counts)
    if found is not None:
        words = in_words(found)
        assert all(str(figure) in words for figure in (counts.clicks, counts.orders))


def test_the_sentence_says_the_figures() -> None:
    found = find_break(Counts(1_000, 20, 8_000, 400))
    assert found is not None
    assert in_words(found) == (
        "1000 clicks of the last 7 full days brought 20 orders, fewer than the 50.0 expected: in "
        "the 56 days before, 8000 clicks brought 400. That is 4.0 standard deviations off (alarm "
        "above 3): tracking may be broken, or the store may not report."
    )


def test_orders_out_of_nothing_raise_an_alarm_too() -> None:
    found = find_break(Counts(1_000, 100, 8_000, 400))
    assert found is not None
    assert "more than the 50.0 expected" in in_words(found)
