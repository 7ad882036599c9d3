"""Who asks: a signed-in member, a person or a program, for the first time or again.

Everything is known without a look-up, so that a redirect needs no other server: the session proves
itself, and its opening is remembered (its end is compared anew every time).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.identity import SESSION_COOKIE, NotSignedIn, Sessions

_REMEMBERED_COOKIES = 20_000
_LONGEST_REMEMBERED = 1_024
_REMEMBERED_AGENTS = 10_000
REPEAT_MS = 5_000

# Crawlers, link previews and monitors by the names they give themselves. HTTP libraries and
# headless browsers are not among them: a member's own app may be one, and a session is needed in
# any case. "Cubot" is a make of phones; "[Pinterest/iOS]" a browser with a person behind it.
_ROBOT = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot[_-]|crawler|spider|slurp|scrapy|preview|monitor|lighthouse"
    r"|facebookexternalhit|facebookcatalog|meta-external|whatsapp|vkshare|pinterest/0"
    r"|mediapartners-google|apis-google|google-inspectiontool|google-safety|feedfetcher"
    r"|yandex(?:images|metrika|direct|video|media|market|pagechecker)|embedly|quora link"
    r"|outbrain|flipboardproxy|ia_archiver|archive\.org|pingdom|uptime|statuscake|site24x7"
    r"|newrelic|datadog|zabbix|nagios|prometheus|blackbox|kube-probe|nutch|perplexity-user",
    re.IGNORECASE | re.ASCII,
)
_PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE | re.ASCII)
_PURPOSES = frozenset({"HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"})


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in, in the two spellings a click needs."""

    member_id: str
    member: bytes
    session_ends_at_ms: int


class Visitors:
    """Knows the member of a request by the session cookie alone."""

    def __init__(self, sessions: Sessions) -> None:
        """Remember what was opened: a member's next click need not decrypt again."""
        self._sessions = sessions
        self._remembered = lru_cache(maxsize=_REMEMBERED_COOKIES)(self._members)

    def member(self, cookies: str, now_ms: int) -> Member:
        """Answer who is signed in; raises NotSignedIn."""
        read = self._remembered if len(cookies) <= _LONGEST_REMEMBERED else self._members
        for member in read(cookies):
            if now_ms < member.session_ends_at_ms:
                return member
        raise NotSignedIn

    def _members(self, cookies: str) -> Sequence[Member]:
        """Answer whose sessions the cookies hold, ended or not; what raises is not remembered."""
        members = []
        for token in _session_tokens(cookies):
            with suppress(NotSignedIn):
                member, ends_at = self._sessions.read(token)
                members.append(Member(str(member), member.bytes, milliseconds(ends_at)))
        if not members:
            raise NotSignedIn
        return members


class Repeats:
    """Tells a click that the same member made on the same store within five seconds before.

    Two generations of at most five seconds each bound what is remembered; one is dropped at a time.
    """

    def __init__(self) -> None:
        """Begin with nothing to remember."""
        self._now: dict[tuple[bytes, int], int] = {}
        self._before: dict[tuple[bytes, int], int] = {}
        self._since_ms = 0

    def notice(self, member: bytes, store_number: int, clicked_at_ms: int) -> bool:
        """Remember a click; answer whether it repeats another."""
        if abs(clicked_at_ms - self._since_ms) > REPEAT_MS:  # a clock may be set back, too
            self._before, self._now, self._since_ms = self._now, {}, clicked_at_ms
        key = (member, store_number)
        last_ms = self._now.get(key) or self._before.get(key)
        self._now[key] = clicked_at_ms
        return last_ms is not None and 0 <= clicked_at_ms - last_ms <= REPEAT_MS

    def remembered(self) -> int:
        """Answer how many clicks are remembered."""
        return len(self._now) + len(self._before)


def milliseconds(moment: datetime) -> int:
    """Answer a moment as milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def is_person(environ: Mapping[str, str]) -> bool:
    """Answer whether a person asks now: no HEAD, no prefetch, no program that says so."""
    if environ["REQUEST_METHOD"] == "HEAD" or _is_robot(environ.get("HTTP_USER_AGENT", "")):
        return False
    # Hardly any request states a purpose: that none does is seen at once.
    return environ.keys().isdisjoint(_PURPOSES) or not any(
        _PREFETCH.search(environ.get(name, "")) for name in _PURPOSES
    )


@lru_cache(maxsize=_REMEMBERED_AGENTS)
def _is_robot(user_agent: str) -> bool:
    return _ROBOT.search(user_agent) is not None


def _session_tokens(cookies: str) -> Iterator[str]:
    for cookie in cookies.split(";"):
        name, _, value = cookie.partition("=")
        if name.strip() == SESSION_COOKIE:
            yield value.strip()
