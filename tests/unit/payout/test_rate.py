"""The operator's rate is kept in every window, however the calls fall."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.store.bucket import Bucket
from services.payout.top_ups import rate as module
from services.payout.top_ups.rate import Rate, refill, take

BEGAN = datetime(2026, 12, 1, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.integers(-500_000, 3_000_000), st.integers(0, 40)), max_size=30)


@given(st.integers(1, 1_000), STEPS)
def test_no_window_has_more_than_the_rate_and_one_bucket(
    per_second: int, steps: list[tuple[int, int]]
) -> None:
    """INVARIANT: also when a clock is set back meanwhile."""
    rate, kept, now = Rate(per_second), Bucket(0, BEGAN), BEGAN
    taken: list[tuple[datetime, int]] = []
    for microseconds, wanted in steps:
        now += timedelta(microseconds=microseconds)
        found = refill(kept, rate, now)
        count = min(wanted, found.tokens)
        kept = take(found, count)
        taken.append((kept.filled_at, count))  # the latest moment that anybody's clock showed
    for first, (begin, _) in enumerate(taken):
        for last, (end, _) in enumerate(taken[first:], start=first):
            calls = sum(count for _, count in taken[first : last + 1])
            seconds = (end - begin) / timedelta(seconds=1)
            assert calls <= per_second * seconds + rate.burst + 1e-6


@given(st.integers(20, 1_000), st.integers(1, 60))
def test_who_always_calls_has_the_whole_rate(per_second: int, tenths: int) -> None:
    rate, kept, calls = Rate(per_second), Bucket(0, BEGAN), 0
    for turn in range(1, tenths + 1):
        kept = refill(kept, rate, BEGAN + turn * timedelta(seconds=0.1))
        calls += kept.tokens
        kept = take(kept, kept.tokens)
    assert calls == per_second * tenths // 10


@pytest.mark.parametrize("per_second", [1, 2, 7, 100, 1_000])
def test_four_executors_fit_into_an_operators_bucket_of_a_second(per_second: int) -> None:
    rate = Rate(per_second)
    assert 1 <= rate.claim <= rate.burst <= per_second
    assert per_second < 8 or rate.burst + 4 * rate.claim <= per_second


def test_the_example_holds() -> None:
    assert doctest.testmod(module).failed == 0
