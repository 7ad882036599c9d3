"""Where a pull goes: every moment is read, in whatever windows, steps and pages; lies are named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.outside.backoff import LONGEST, wait_after
from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import (
    UnsafeAddress,
    check_address,
    retry_after,
)
from services.partner_postback.pulls.networks import awin
from services.partner_postback.pulls.paging import (
    Page,
    Position,
    after,
    begin,
    check,
    ended_at,
    is_done,
    narrowed,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(
    days=st.integers(1, 100),
    window=st.integers(1, 40),
    steps=st.integers(1, 3),
    pages=st.integers(1, 4),
    overlap_hours=st.integers(0, 48),
)
def test_a_run_reads_every_step_of_every_window_without_a_gap(
    days: int, window: int, steps: int, pages: int, overlap_hours: int
) -> None:
    """INVARIANT: a gap between two windows is orders that nobody ever sees."""
    pager = replace(awin.PAGER, steps=steps, longest_window=timedelta(days=window))
    last, overlap = NOON - timedelta(days=days), overlap_hours * HOUR
    position = begin(ended_at(last), overlap, pager.longest_window, NOON)
    assert position.since == last - overlap
    seen: list[Position] = []
    while not is_done(position):
        seen.append(position)
        place = int(position.place or 0) + 1
        following = str(place) if place < pages else None
        position = after(position, Page([], 0, following, f"digest {len(seen)}"), pager)
    assert position == ended_at(NOON)
    windows = [one for one in seen if one.step == 0 and one.place is None]
    assert len(seen) == len(windows) * steps * pages
    assert windows[0].since == last - overlap
    assert windows[-1].until == NOON
    for one, following_one in pairwise(windows):
        assert one.until == following_one.since
    assert all(one.until - one.since <= pager.longest_window for one in windows)


def test_a_run_that_broke_off_goes_on_with_its_page() -> None:
    broken = Position(NOON - 3 * HOUR, NOON - HOUR, NOON, 1, "500", "digest")
    assert begin(broken, HOUR, timedelta(days=31), NOON + HOUR) == broken


def test_a_window_that_is_too_large_is_halved_down_to_an_hour() -> None:
    position: Position | None = Position(NOON - timedelta(days=31), NOON, NOON, 2)
    lengths = []
    while position is not None:
        lengths.append(position.until - position.since)
        last, position = position, narrowed(position)
    assert (last.since, last.step) == (NOON - timedelta(days=31), 2)
    assert HOUR / 2 <= lengths[-1] <= HOUR
    assert narrowed(Position(NOON - 9 * HOUR, NOON, NOON, place="2")) is None


PLACED = Position(NOON - HOUR, NOON, NOON, 0, "500", "a digest")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (Page([b"{}"], 1, "500", "another"), "cursor_stands_still"),
        (Page([b"{}"], 1, "501", "a digest"), "repeated_page"),
        (Page([b"{}"], 1, "x" * 2_001, "another"), "unreadable"),
        (Page([], 501, None, "another"), "too_many_records"),
    ],
)
def test_a_server_that_pages_wrongly_is_found_out(page: Page, says: str) -> None:
    with pytest.raises(Fault, match=says):
        check(page, PLACED, replace(awin.PAGER, most_records=500))


@pytest.mark.parametrize(
    "date",
    [
        "Wed, 25 Nov 2026 10:15:00 +99999999999999999",
        "Wed, 25 Nov 99999999999999999999 10:15:00 GMT",
        "Wed, 25 Nov 2026 99999999999999999999:15:00 GMT",
    ],
)
def test_a_date_beyond_all_calendars_asks_for_nothing(date: str) -> None:
    assert retry_after(date, NOON) is None


def test_what_a_fault_repeats_can_be_kept_as_text() -> None:
    """INVARIANT: a NUL in a server's status line would keep the end of a run from being noted."""
    assert "\x00" not in str(Fault(FaultCode.SERVER_ERROR, "it answered 503 a\x00b"))


def test_an_honest_page_passes() -> None:
    check(Page([b"{}"], 1, "501", "another"), PLACED, awin.PAGER)
    check(Page([], 0, None, "a digest"), PLACED, awin.PAGER)


@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("86400", HOUR),
        ("9" * 400, HOUR),
        ("Wed, 25 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Wed, 25 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Thu, 26 Nov 2026 12:00:00 GMT", HOUR),
        ("Wed, 25 Nov 2026 12:10:00", timedelta(minutes=10)),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_an_hour(
    sent: str | None, wait: timedelta | None
) -> None:
    assert retry_after(sent, NOON) == wait


@given(failures=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_the_wait_grows_up_to_an_hour_and_is_never_nothing(failures: int, chance: float) -> None:
    wait = wait_after(failures, None, chance)
    assert timedelta(seconds=2) < wait <= LONGEST
    assert wait_after(failures + 1, None, chance) >= wait


def test_what_the_server_asked_for_is_kept_to() -> None:
    assert wait_after(9, timedelta(seconds=7), 0.5) == timedelta(seconds=7)


@pytest.mark.parametrize(
    "url",
    ["http://api.test", "ftp://api.test", "https://", "https://us:ours@api.test", "api.test",
     "https://api.test/#x", "https://api.test/?key=1", "https://[::1", "https://api.test:99999",
     "https://a\n.test", "file:///dev/null", ""],
)  # fmt: skip
def test_an_address_that_would_give_our_credentials_away_is_refused(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        check_address(url, "base_url", allows_plain_http=False)


def test_plain_http_needs_the_settings_word() -> None:
    check_address("http://127.0.0.1:8113/awin", "base_url", allows_plain_http=True)
    check_address("https://api.awin.com", "base_url", allows_plain_http=False)
