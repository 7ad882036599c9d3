"""What a certificate pays and burns: all of it, once, and never more than the price."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.tills.worth import MINOR, same_day, that_fits, worth

LIST = [100, 250, 500, 750, 1000, 1500, 2000]


@given(denomination=st.integers(1, 80_000), price=st.integers(1, 10**9))
def test_a_certificate_is_used_up_and_no_more_than_the_price_is_paid(
    denomination: int, price: int
) -> None:
    does = worth(denomination, price)
    assert does.pays_minor + does.burns_minor == denomination * MINOR
    assert does.pays_minor + does.left_minor == price
    assert min(does) >= 0 < does.pays_minor
    assert 0 in {does.burns_minor, does.left_minor}


@given(price=st.integers(1, 300_000))
def test_of_what_fits_nothing_burns_and_nothing_larger_fits(price: int) -> None:
    fits = that_fits(price, LIST)
    assert fits is None or worth(fits, price).burns_minor == 0
    larger = [one for one in LIST if one > (fits or 0)]
    assert all(worth(one, price).burns_minor for one in larger)


@pytest.mark.parametrize(
    ("redeemed_at", "now", "is_same"),
    [
        ("2026-12-05T09:00", "2026-12-05T20:59", True),
        ("2026-12-05T09:00", "2026-12-05T21:00", False),
        ("2026-12-04T21:00", "2026-12-05T20:59", True),
        ("2024-02-28T21:30", "2024-02-29T12:00", True),
        ("2026-12-31T20:59", "2026-12-31T21:00", False),
    ],
)
def test_the_day_of_a_till_ends_at_midnight_in_moscow(
    redeemed_at: str, now: str, *, is_same: bool
) -> None:
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (redeemed_at, now)]
    assert same_day(*moments) is is_same
