"""How it stands with a number that somebody else proves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.joining.owners import AWAY_FOR, GRACE, Standing, standing

SEEN = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = st.integers(0, 2000).map(lambda days: days * DAY)


@pytest.mark.parametrize(
    ("claimed_after", "asked_after", "expected"),
    [
        (None, 364, Standing.IN_USE),
        (None, 365, Standing.AWAY),
        (366, 379, Standing.CLAIMED),
        (366, 380, Standing.FREE),
        (-1, 100, Standing.IN_USE),
        (-1, 365, Standing.AWAY),
    ],
)
def test_a_number_stands_as_its_member_and_its_claim_do(
    claimed_after: int | None, asked_after: int, expected: Standing
) -> None:
    claimed_at = None if claimed_after is None else SEEN + claimed_after * DAY
    assert standing(SEEN, claimed_at, SEEN + asked_after * DAY) is expected


@given(st.none() | LATER, LATER, LATER)
def test_nobody_loses_a_number_without_a_claim_and_its_grace(
    claimed_after: timedelta | None, seen_after: timedelta, asked_after: timedelta
) -> None:
    """INVARIANT: free only where a claim is older than the grace and the member was not back."""
    claimed_at = None if claimed_after is None else SEEN + claimed_after
    last_seen, now = SEEN + seen_after, SEEN + seen_after + asked_after
    how = standing(last_seen, claimed_at, now)
    if how is Standing.FREE:
        assert claimed_at is not None
        assert last_seen < claimed_at <= now - GRACE
    if how is Standing.AWAY:
        assert now - last_seen >= AWAY_FOR
