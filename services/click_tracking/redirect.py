"""The hot path: a small WSGI callable in front of Flask answers `/go/<store_id>`, and nothing else.

Flask's dispatch alone costs more than this whole answer (figures in the README). What cannot be
answered with a redirect is handed to Flask with its reason, so that refusals look like everywhere
else: problems, request ids, metrics, or a page for a person.

A prefetch, HEAD or robot gets the same redirect, with a click id that is real but not recorded: a
browser may show its prefetched answer to the member later, and then the id still proves who
clicked.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from services.click_tracking.click_id import ClickIds
from services.click_tracking.config import WhenBroken
from services.click_tracking.deep_link import CLICK_ID, BadDeepLink
from services.click_tracking.journal.frames import Click
from services.click_tracking.journal.writer import Journal, JournalBroken
from services.click_tracking.stores import PausedStore, StoreBook, UnknownStore, deep_template
from services.click_tracking.visitor import Repeats, Visitors, is_person
from shared.identity import NotSignedIn
from shared.web import RepeatedParameter

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

REFUSAL = "click_tracking.refusal"
_PREFIX = "/go/"
_LONGEST_QUERY = 8192
_MOST_PARAMETERS = 50
_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
]


class BadQuery(ValueError):
    """The query string is not one that a browser would send."""

    code = "bad_query"
    field = "query"

    def __init__(self) -> None:
        """Say what is allowed."""
        super().__init__("The query must be percent-encoded UTF-8, of a sensible length.")


# What may stand in the way of a redirect, and the HTTP status that says so.
REFUSALS: dict[type[Exception], int] = {
    BadQuery: 400,
    RepeatedParameter: 400,
    BadDeepLink: 400,
    NotSignedIn: 401,
    UnknownStore: 404,
    PausedStore: 409,
    JournalBroken: 503,
}
_REFUSALS = tuple(REFUSALS)


def now_ms() -> int:
    """Answer the present moment in milliseconds since 1970, as click ids count."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Redirect:
    """Answers clicks with what it has in memory and one write to the journal."""

    stores: StoreBook
    visitors: Visitors
    click_ids: ClickIds
    journal: Journal
    behind: WsgiApp
    when_broken: WhenBroken = WhenBroken.REFUSE
    now_ms: Callable[[], int] = now_ms
    # One thread answers all requests (see __main__), so plain counting is exact, and ten times
    # cheaper.
    counted: Counter[str] = field(default_factory=Counter)
    repeats: Repeats = field(default_factory=Repeats)

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer a request, or hand it on."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(_PREFIX) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.behind(environ, start_response)
        try:
            location = self._go(environ, path[len(_PREFIX) :])
        except _REFUSALS as refusal:
            self.counted[str(getattr(refusal, "code", "refused"))] += 1
            environ[REFUSAL] = refusal
            return self.behind(environ, start_response)
        start_response("302 Found", [("Location", location), *_HEADERS])
        return [b""]

    def _go(self, environ: Environ, store_id: str) -> str:
        page = _asked_page(environ["QUERY_STRING"])
        door = self.stores.door(store_id)
        clicked_at_ms = self.now_ms()
        member = self.visitors.member(environ.get("HTTP_COOKIE", ""), clicked_at_ms)
        template = door.template
        if page is not None:
            page, template = deep_template(door, page)
        click_id = self.click_ids.make(member.member, clicked_at_ms, door.store.number)
        if is_person(environ):
            repeat = self.repeats.notice(member.member, door.store.number, clicked_at_ms)
            self._record(Click(click_id, member.member_id, store_id, clicked_at_ms, page, repeat))
        else:
            self.counted["unrecorded"] += 1
        return template.replace(CLICK_ID, click_id)

    def _record(self, click: Click) -> None:
        try:
            self.journal.record(click)
        except JournalBroken:
            if self.when_broken is WhenBroken.REFUSE:
                raise
            self.counted["lost"] += 1
        else:
            self.counted["repeat" if click.repeat else "click"] += 1


def _asked_page(query: str) -> str | None:
    """Answer `to`; other names are let be: mail programs and networks add their own to any link."""
    if not query:
        return None
    if len(query) > _LONGEST_QUERY or not query.isascii():
        raise BadQuery
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise BadQuery from None
    asked = dict(pairs)
    if len(asked) != len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedParameter(next(name for name in names if names.count(name) > 1))
    return asked.get("to")
