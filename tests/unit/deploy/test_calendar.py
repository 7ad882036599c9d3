"""Which month a clerk would run next: the programme's months are Moscow's."""

from datetime import UTC, datetime

import pytest

from deploy.demo.month import next_month


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "2027-01"),
        (datetime(2026, 11, 30, 20, 59, tzinfo=UTC), "2026-12"),
        # In Moscow it is the 1st of December already.
        (datetime(2026, 11, 30, 21, 0, tzinfo=UTC), "2027-01"),
    ],
)
def test_the_next_month_is_counted_in_moscow(now: datetime, month: str) -> None:
    assert next_month(now) == month
