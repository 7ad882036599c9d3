"""The programme's month is Moscow's, whatever the machine's own zone says."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.payout.domain import MonthOver, MonthTooFar, cutoff_of
from shared.months import Month, NotAMonth, month_at, read_month


@pytest.mark.parametrize(
    ("month", "begins"),
    [
        (Month(2026, 12), datetime(2026, 11, 30, 21, tzinfo=UTC)),
        (Month(2027, 1), datetime(2026, 12, 31, 21, tzinfo=UTC)),
        (Month(2028, 3), datetime(2028, 2, 29, 21, tzinfo=UTC)),  # the day before is a leap day
        (Month(2027, 3), datetime(2027, 2, 28, 21, tzinfo=UTC)),
        (Month(2026, 4), datetime(2026, 3, 31, 21, tzinfo=UTC)),  # others move their clocks, not we
        (Month(2026, 11), datetime(2026, 10, 31, 21, tzinfo=UTC)),
    ],
)
def test_a_month_begins_at_midnight_in_moscow(month: Month, begins: datetime) -> None:
    assert month.begins_at() == begins
    assert month_at(begins) == month
    assert month_at(begins - timedelta(microseconds=1)) != month


@pytest.mark.parametrize("hours", [-12, -3, 0, 3, 5.5, 14])
def test_the_zone_in_which_a_moment_is_written_does_not_matter(hours: float) -> None:
    moment = datetime(2026, 12, 1, 0, 0, tzinfo=timezone(timedelta(hours=3)))
    assert month_at(moment.astimezone(timezone(timedelta(hours=hours)))) == Month(2026, 12)


def test_the_machines_own_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        assert month_at(datetime(2026, 11, 30, 20, 59, tzinfo=UTC)) == Month(2026, 11)
        assert Month(2026, 12).begins_at() == datetime(2026, 11, 30, 21, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_late_run_keeps_its_cutoff() -> None:
    third_of_december = datetime(2026, 12, 3, 9, tzinfo=UTC)
    assert cutoff_of(Month(2026, 12), third_of_december) == Month(2026, 12).begins_at()


def test_an_early_run_counts_only_what_accrued_by_now() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert cutoff_of(Month(2026, 12), now) == now
    assert cutoff_of(Month(2026, 11), now) == Month(2026, 11).begins_at()


def test_a_month_that_is_over_is_refused() -> None:
    with pytest.raises(MonthOver):
        cutoff_of(Month(2026, 10), datetime(2026, 11, 23, tzinfo=UTC))


def test_a_month_more_than_a_year_away_is_refused() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert cutoff_of(Month(2027, 11), now) == now
    with pytest.raises(MonthTooFar):
        cutoff_of(Month(2027, 12), now)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13", "2026-00", "2026-1", "26-12", "2026-12-01", "1999-12",
     "\uff12\uff10\uff12\uff16-12",
     "2026-12\n", "'; DROP TABLE runs; --"],
)  # fmt: skip
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(NotAMonth):
        read_month(text)


def test_a_month_is_written_as_it_is_read() -> None:
    assert str(read_month("2026-02")) == "2026-02"
