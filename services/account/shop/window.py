"""The catalog's whole list in memory: asked for again after some seconds, and only if it changed.

One visitor at a time asks, the others are shown what there is. While the catalog is away the last
copy goes on being shown: a window does not close.
"""

import threading
import time
from typing import Any, TypeVar

import msgspec
import structlog

from services.account.services import Refused, Service
from services.account.shop.listing import plain
from services.account.shop.stock import GroupList, Stock, Store, StorePage
from shared.http_client import CallFailed

log = structlog.get_logger()
FRESH_SECONDS = 3.0
_AWAY_SECONDS = 5.0
_NOT_MODIFIED = 304
_PAGE = {"limit": 1000}
_MOST_PAGES = 50
Answer = TypeVar("Answer")


class Window:
    """Keeps the newest stock that the catalog told."""

    def __init__(self, catalog: Service, fresh_seconds: float = FRESH_SECONDS) -> None:
        """Take whom to ask, and for how long an answer is shown without asking again."""
        self._catalog, self._fresh_seconds = catalog, fresh_seconds
        self._lock = threading.Lock()
        self._seen: Stock | None = None
        self._tag = ""
        self._look_again_at = 0.0

    def look(self) -> Stock:
        """Answer the stock; raises CallFailed only when none was ever told."""
        seen = self._seen
        if seen is not None and time.monotonic() < self._look_again_at:
            return seen
        if not self._lock.acquire(blocking=seen is None):
            return seen or self.look()
        try:
            # Another visitor may have asked while this one waited.
            if self._seen is None or time.monotonic() >= self._look_again_at:
                self._ask(self._seen)
            assert self._seen is not None
            return self._seen
        finally:
            self._lock.release()

    def _ask(self, seen: Stock | None) -> None:
        try:
            self._seen = self._read(seen)
            self._look_again_at = time.monotonic() + self._fresh_seconds
        except (CallFailed, Refused, msgspec.MsgspecError) as fault:
            log.warning("window.catalog_away", fault=str(fault)[:200], shows_last=seen is not None)
            if seen is None:
                raise CallFailed(str(fault)) from fault
            self._look_again_at = time.monotonic() + _AWAY_SECONDS

    def _read(self, seen: Stock | None) -> Stock:
        # The catalog's tag names its whole state: while it is the same, so are the groups.
        known = {"If-None-Match": self._tag} if seen is not None else {}
        answer = self._catalog.raw("GET", "api/stores", headers=known, params=_PAGE)
        if seen is not None and answer.status_code == _NOT_MODIFIED:
            return seen
        page = msgspec.json.decode(answer.content, type=StorePage)
        stores = {one.store_id: one for one in page.data}
        for _ in range(_MOST_PAGES):
            if page.following is None:
                break
            page = self._told("api/stores", StorePage, **_PAGE, after=page.following)
            stores |= {one.store_id: one for one in page.data}
        groups = self._told("api/groups", GroupList).data
        self._tag = answer.headers.get("ETag", "")
        return Stock(tuple(groups), stores, {name: _words(one) for name, one in stores.items()})

    def _told(self, path: str, kind: type[Answer], **query: Any) -> Answer:
        answer = self._catalog.raw("GET", path, params=query)
        return msgspec.json.decode(answer.content, type=kind)


def _words(store: Store) -> str:
    return plain(" ".join([store.name, *store.keywords]))
