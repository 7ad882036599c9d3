"""A bonus is expected by the store's promise, or by what the store really took."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.telling.expected import Basis, Delay, expected

ORDERED_AT = datetime(2026, 11, 1, 10, tzinfo=UTC)
PROMISED_AT = ORDERED_AT + timedelta(days=30)


def delay(confirmed: int) -> Delay:
    return Delay(confirmed, timedelta(days=11, hours=1), timedelta(days=20))


def test_until_fifty_were_confirmed_the_promise_counts() -> None:
    for few in (None, delay(49)):
        found = expected(ORDERED_AT, PROMISED_AT, few)
        assert (found.at, found.by, found.basis) == (PROMISED_AT, PROMISED_AT, Basis.PROMISE)
        assert "within 30 days" in found.in_words


def test_from_fifty_on_its_own_delay_counts() -> None:
    found = expected(ORDERED_AT, PROMISED_AT, delay(50))
    assert found.at == datetime(2026, 11, 12, 11, tzinfo=UTC)
    assert found.by == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.basis is Basis.EXPERIENCE
    assert "last 50 confirmed purchases half were confirmed within 12 days" in found.in_words


@given(st.integers(1, 500), st.integers(0, 90), st.integers(0, 90))
def test_the_later_date_is_never_before_the_earlier(confirmed: int, some: int, more: int) -> None:
    took = Delay(confirmed, timedelta(hours=some), timedelta(hours=some + more))
    found = expected(ORDERED_AT, PROMISED_AT, took)
    assert ORDERED_AT <= found.at <= found.by
