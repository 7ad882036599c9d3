"""The daily fetch: after its hour, once, with missed days, whatever one of them does."""

from datetime import datetime, timedelta

import pytest
import structlog

from services.payout.reconciliation import due, schedule
from services.payout.reconciliation.days import ONE_DAY, begins_at
from services.payout.reconciliation.due import MOST_DAYS_BACK
from tests.integration.payout.reconciliation.books import Books


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-12-02T02:59:59Z", "2026-11-30"),
        ("2026-12-02T03:00:00Z", "2026-12-01"),  # 06:00 in Moscow
        ("2026-12-02T20:59:59Z", "2026-12-01"),
        ("2026-12-02T21:00:00Z", "2026-12-01"),
    ],
)
def test_yesterdays_file_is_due_at_its_hour(now: str, last: str) -> None:
    assert str(due.last_day(datetime.fromisoformat(now), 6)) == last


def test_a_day_is_fetched_once_and_missed_days_are_caught_up(books: Books) -> None:
    books.paid()
    assert books.tick() == []
    books.world.clock.now = begins_at(books.day + 3 * ONE_DAY) + timedelta(hours=5)
    first_two = [books.day, books.day + ONE_DAY]
    assert books.tick() == first_two
    assert books.tick() == []
    books.world.clock.move(timedelta(hours=1))
    assert books.tick() == [books.day + 2 * ONE_DAY]


def test_before_our_first_top_up_there_is_nothing_to_fetch(books: Books) -> None:
    books.end_day()
    assert books.tick() == []


def test_what_is_too_long_ago_is_left_to_a_clerk_and_told(books: Books) -> None:
    books.paid()
    books.world.clock.now = begins_at(books.day + 50 * ONE_DAY) + timedelta(hours=7)
    with structlog.testing.capture_logs():
        assert len(books.tick()) == MOST_DAYS_BACK
    assert schedule.MISSING.collect()[0].samples[0].value == 50 - MOST_DAYS_BACK


def test_a_day_that_cannot_be_read_stops_no_other_and_is_tried_again(books: Books) -> None:
    books.paid()
    books.end_day()
    books.world.clock.move(ONE_DAY)
    books.goes_wrong("statement_is_cut", count=1)
    with structlog.testing.capture_logs() as logs:
        books.tick()
    [failed] = [one for one in logs if one["event"] == "reconciliation.failed"]
    assert (failed["log_level"], failed["code"]) == ("error", "unreadable_statement")
    assert failed["day"] == str(books.day)
    assert books.found(books.day + ONE_DAY) == {}
    assert schedule.MISSING.collect()[0].samples[0].value == 1
    assert books.tick() == [books.day]
    assert books.found() == {"agreed": 1}


def test_a_day_with_an_open_case_is_fetched_again_each_day(books: Books) -> None:
    """What would break it: a file that the operator corrected, and nobody looks."""
    books.paid()
    books.goes_wrong("statement_wrong_amount", count=1)
    books.end_day()
    assert books.tick() == [books.day]
    assert len(books.cases()) == 1
    assert books.tick() == []
    books.world.clock.move(ONE_DAY)
    assert books.tick() == [books.day, books.day + ONE_DAY]
    assert books.cases() == []
    books.world.clock.move(ONE_DAY)
    assert books.tick() == [books.day + 2 * ONE_DAY]
