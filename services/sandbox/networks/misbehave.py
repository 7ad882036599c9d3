"""The ways in which a network goes wrong: in how it pages, and in what becomes of an answer."""

import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Response

from services.sandbox.answers import AnswerLost, delay
from services.sandbox.faults import Fault
from shared.problems import problem

_HUGE_BYTES = 100 * 1024 * 1024
_DEEP = 100_000
# Broken off at once, the connection would close before the first half has left.
_ON_THE_WIRE_SECONDS = 0.2
_WITHOUT_END = 10**9
MODES = {
    "rate_limited": "429 with Retry-After: `seconds` (1)",
    "busy": "503 with a date in Retry-After, `seconds` (1) ahead",
    "error_500": "500",
    "unauthorised": "401",
    "redirect": "302 to another server",
    "html": "a page of HTML with the status 200",
    "half_page": "the connection breaks in the middle of the page",
    "half_json": "half of the page, as if it were whole",
    "slow": "answered after `seconds`",
    "drip": "a byte every tenth of a second",
    "deep": "a page nested a hundred thousand levels deep",
    "huge": "a hundred megabytes",
    "packed": "a page of gzip, though nobody asked for it",
    "repeats": "the first page, whatever page is asked for",
    "stands_still": "the next page is said to be this one",
    "endless": "there is always a next page, with records that nobody ever sent",
    "too_many": "twice as many records as asked for",
}


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a list that a page shows, and where the next one begins; None: it is the last."""

    offset: int
    limit: int
    made: int
    total: int
    following: int | None


def cut(listing_counts: tuple[int, int], offset: int, limit: int, fault: Fault | None) -> Cut:
    """Answer which part of a list a page shows, honestly or as the fault says."""
    made, stored = listing_counts
    total, end = made + stored, offset + limit
    fair = Cut(offset, limit, made, total, end if end < total else None)
    match fault:
        case Fault(mode="repeats"):
            return replace(fair, offset=0, following=end, total=_WITHOUT_END)
        case Fault(mode="stands_still"):
            return replace(fair, following=offset, total=_WITHOUT_END)
        case Fault(mode="endless"):
            return replace(fair, made=_WITHOUT_END, total=_WITHOUT_END, following=end)
        case Fault(mode="too_many"):
            return replace(fair, limit=2 * limit)
        case _:
            return fair


def instead(fault: Fault | None, now: datetime) -> Response | None:
    """Answer what the caller gets in place of the page; None when the page is to be shown."""
    if fault is None or fault.mode not in _INSTEAD:
        return None
    return _INSTEAD[fault.mode](int(fault.seconds or 1), now)


def tell(body: bytes, content_type: str, fault: Fault | None) -> Response:
    """Answer the page, or do to it what the fault says."""
    headers = {"Content-Type": content_type}
    match fault:
        case Fault(mode="half_page"):
            return Response(_half(body), headers={**headers, "Content-Length": str(len(body))})
        case Fault(mode="half_json"):
            body = body[: len(body) // 2]
        case Fault(mode="packed"):
            return Response(gzip.compress(body), headers={**headers, "Content-Encoding": "gzip"})
        case Fault(mode="drip"):
            return Response(_drip(body, fault), headers=headers)
        case Fault(mode="slow"):
            delay(fault)
    return Response(body, headers=headers)


def later(status: int, retry_after: str) -> Response:
    """Answer that the caller must wait."""
    response = problem(status, "too_many_requests", "Ask again later.")
    response.headers["Retry-After"] = retry_after
    return response


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    time.sleep(_ON_THE_WIRE_SECONDS)
    raise AnswerLost


def _drip(body: bytes, fault: Fault) -> Iterator[bytes]:
    for byte in body:
        delay(replace(fault, seconds=0.1))
        yield bytes([byte])


def _huge() -> Iterator[bytes]:
    yield b'{"results": ["'
    for _ in range(_HUGE_BYTES // 65_536):
        yield b"x" * 65_536
    yield b'"]}'


def _busy(seconds: int, now: datetime) -> Response:
    until = now + timedelta(seconds=seconds)
    return later(503, until.strftime("%a, %d %b %Y %H:%M:%S GMT"))


def _json(body: Iterator[bytes] | str) -> Response:
    return Response(body, content_type="application/json")


_INSTEAD: Mapping[str, Callable[[int, datetime], Response]] = {
    "rate_limited": lambda seconds, _: later(429, str(seconds)),
    "busy": _busy,
    "error_500": lambda *_: problem(500, "network_broken", "The network broke down."),
    "unauthorised": lambda *_: problem(401, "not_allowed", "The credentials were taken back."),
    "redirect": lambda *_: Response(status=302, headers={"Location": "http://127.0.0.1:9/"}),
    "html": lambda *_: Response("<html><body><h1>Maintenance</h1></body></html>"),
    "deep": lambda *_: _json("[" * _DEEP + "]" * _DEEP),
    "huge": lambda *_: _json(_huge()),
}
