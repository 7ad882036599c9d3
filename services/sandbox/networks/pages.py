"""What each vendor's address does: see who asks, keep the pace, go wrong if told, show a page."""

import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import Response, current_app, request

from services.sandbox.database import Database
from services.sandbox.faults import Fault, Faults
from services.sandbox.networks import misbehave, transactions
from services.sandbox.networks.misbehave import Cut
from services.sandbox.networks.transactions import Listing
from shared.clock import Clock
from shared.problems import problem

PAGE_MILLISECONDS = 50
# The one account that every network here has.
TOKEN = "stand-in-token"  # noqa: S105 - of the stand-in alone
NAME, PASSWORD = "stand-in", "stand-in-password"
_MINUTE_SECONDS = 60.0
_JSON = "application/json"
Row = dict[str, object]


@dataclass(slots=True)
class Pace:
    """How long a page takes, and how many requests a minute a network takes; None: any number."""

    page_milliseconds: int = PAGE_MILLISECONDS
    most_per_minute: int | None = None
    _asked: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_seconds(self, network: str) -> float:
        """Note a request; answers how long its sender must wait, 0 when it may come now."""
        if self.most_per_minute is None:
            return 0
        now = time.monotonic()
        with self._lock:
            asked = self._asked.setdefault(network, deque())
            while asked and now - asked[0] > _MINUTE_SECONDS:
                asked.popleft()
            if len(asked) >= self.most_per_minute:
                return _MINUTE_SECONDS - (now - asked[0])
            asked.append(now)
        return 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need: the transactions, the switchboard, the time, the pace."""

    database: Database
    faults: Faults
    clock: Clock
    pace: Pace


def desk() -> Desk:
    """Answer the desk of this app."""
    return cast("Desk", current_app.extensions["networks"])


def bearer() -> str:
    """Name what a caller with a token sends."""
    return f"Bearer {TOKEN}"


def basic() -> str:
    """Name what a caller with a name and a password sends."""
    return f"Basic {b64encode(f'{NAME}:{PASSWORD}'.encode()).decode()}"


def answer(
    network: str,
    credentials: str,
    make: Callable[[Fault | None], bytes],
    content_type: str = _JSON,
) -> Response:
    """Answer a vendor's request with the page that `make` makes, or as the switchboard says."""
    known = desk()
    if request.headers.get("Authorization") != credentials:
        return problem(401, "not_allowed", "Send the credentials of the stand-in.")
    wait = known.pace.wait_seconds(network)
    if wait:
        return misbehave.later(429, str(int(wait) + 1))
    fault = known.faults.draw("reads", network)
    instead = misbehave.instead(fault, known.clock())
    if instead is not None:
        return instead
    body = make(fault)
    time.sleep(known.pace.page_milliseconds / 1000)
    return misbehave.tell(body, content_type, fault)


def part(listing: Listing, offset: int, limit: int, fault: Fault | None) -> tuple[list[Row], Cut]:
    """Answer the transactions of a page, and which part of the list they are."""
    connection = desk().database.read()
    counts = transactions.count(connection, listing)
    shown = misbehave.cut(counts, offset, limit, fault)
    rows = transactions.page(connection, listing, shown.made, shown.offset, shown.limit)
    return rows, shown
