"""Where a pull stands, and where it goes after a page; what a server may not do. Pure.

A run reads everything between where the last one ended (less an overlap) and now. It goes window by
window, where a network answers for some days only, and in each window step by step, where a network
must be asked by several dates; each step has pages.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask

ALL_AT_ONCE = timedelta(days=10 * 365)
# Within an hour no network has megabytes of orders: an answer that is still too large is a lie.
_SHORTEST_WINDOW = timedelta(hours=1)
_LONGEST_PLACE = 2_000


class Position(Struct, frozen=True, omit_defaults=True):
    """The next page to ask for: kept in the database with what the pages before it told.

    `since` and `until` are the window, `goal` is the end of the run. `place`: what the network
    calls the page, None for the first of a step. `digest`: of the page before, to know a repeat.
    """

    since: datetime
    until: datetime
    goal: datetime
    step: int = 0
    place: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a pull asks, in whose name."""

    base_url: str
    settings: Mapping[str, str]
    credentials: Mapping[str, str] = field(repr=False)

    def url(self, path: str) -> str:
        """Answer the address of a path of the network's API."""
        return self.base_url.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class Page:
    """What an answer holds: its records, each as the bytes of a JSON object, and the next place.

    `digest`: of the records, to know them when they come again.
    """

    records: Iterable[bytes]
    count: int
    following: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Pager:
    """How one network is asked.

    `profile` reads its records. `sign_in` asks for a token where the credentials are no token
    themselves, and `token` finds it in the answer. `least_overlap`: what the network leaves unsaid
    of its clock must be overlapped at least.
    """

    profile: str
    ask: Callable[[Target, Position], Ask]
    read: Callable[[bytes, Position], Page]
    settings: tuple[str, ...]
    credentials: tuple[str, ...]
    steps: int = 1
    longest_window: timedelta = ALL_AT_ONCE
    most_records: int = 100_000
    least_overlap: timedelta = timedelta(0)
    sign_in: Callable[[Target], Ask] | None = None
    token: Callable[[bytes], str] | None = None


def ended_at(moment: datetime) -> Position:
    """Answer the position of a pull that has read everything up to a moment."""
    return Position(moment, moment, moment)


def is_done(position: Position) -> bool:
    """Tell whether a run has reached its goal."""
    return position.since >= position.goal


def begin(
    position: Position, overlap: timedelta, longest_window: timedelta, now: datetime
) -> Position:
    """Answer where a run begins: where the last one broke off, else `overlap` before its end.

    Example: one that ended at 12:00 begins at 11:00 with an overlap of an hour; one that broke off
    goes on with the same page. Seconds are the smallest part that networks are asked in.
    """
    if not is_done(position):
        return position
    goal = now.replace(microsecond=0)
    return _window(position.goal - overlap, goal, longest_window)


def after(position: Position, page: Page, pager: Pager) -> Position:
    """Answer where a run goes after a page: the next page, else step, else window, else its end."""
    if page.following is not None:
        return replace(position, place=page.following, digest=page.digest)
    if position.step + 1 < pager.steps:
        return Position(position.since, position.until, position.goal, position.step + 1)
    if position.until < position.goal:
        return _window(position.until, position.goal, pager.longest_window)
    return ended_at(position.goal)


def narrowed(position: Position) -> Position | None:
    """Answer the first half of a window whose answer was too large; None when it cannot be less."""
    length = position.until - position.since
    if position.place is not None or length <= _SHORTEST_WINDOW:
        return None
    middle = (position.since + length / 2).replace(microsecond=0)
    return replace(position, until=middle)


def check(page: Page, position: Position, pager: Pager) -> None:
    """Let a page pass; raises Fault when the server does not page as it says."""
    if page.count > pager.most_records:
        why = f"a page of {page.count} records, where {pager.most_records} are the most"
        raise Fault(FaultCode.TOO_MANY_RECORDS, why)
    if page.following is not None and len(page.following) > _LONGEST_PLACE:
        why = f"the next page has a name of more than {_LONGEST_PLACE} characters"
        raise Fault(FaultCode.UNREADABLE, why)
    if page.following is not None and page.following == position.place:
        why = f"the page after {position.place[:100]!r} is said to be the same"
        raise Fault(FaultCode.CURSOR_STANDS_STILL, why)
    if page.count and page.digest == position.digest:
        why = f"the page {(position.place or 'the first')[:100]!r} is the one before it once more"
        raise Fault(FaultCode.REPEATED_PAGE, why)


def _window(since: datetime, goal: datetime, longest: timedelta) -> Position:
    return Position(since, min(since + longest, goal), goal)
