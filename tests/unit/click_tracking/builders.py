"""A member, a store and a redirect to play with, each with sensible values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.click_tracking.app import make_redirect
from services.click_tracking.config import Settings, WhenBroken
from services.click_tracking.journal.frames import Click
from services.click_tracking.journal.segments import chunks, segments
from services.click_tracking.redirect import Redirect
from services.click_tracking.stores import Store, StoreBook
from services.click_tracking.visitor import milliseconds
from shared.identity import SESSION_COOKIE, Sessions

NOW = datetime(2026, 11, 24, 9, 15, 30, 123_000, tzinfo=UTC)
BUYER = UUID("4a051996-378b-4a19-95b9-23de43c27a93")
NEIGHBOUR = UUID("d0f2b1ba-6a9c-4d3e-8c55-0f6f4f6f2c11")
SESSION_KEY, CLICK_KEY = bytes(range(32)), bytes(range(32, 64))
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0"


def make_store(store_id: str = "aliexpress", **changes: Any) -> Store:
    values: dict[str, Any] = {
        "store_id": store_id,
        "number": 1,
        "status": "active",
        "tracking_url": f"https://shop.example/{store_id}?aff=7&subid={{click_id}}",
        "deep_link_hosts": frozenset({"shop.example"}),
    }
    return Store(**(values | changes))


def make_click(click_id: str = "c" * 64, **changes: Any) -> Click:
    values: dict[str, Any] = {
        "click_id": click_id,
        "member_id": str(BUYER),
        "store_id": "aliexpress",
        "clicked_at_ms": milliseconds(NOW),
        "deep_link": None,
        "repeat": False,
    }
    return Click(**(values | changes))


def make_settings(folder: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "app_env": "local",
        "kafka_bootstrap": "127.0.0.1:1",
        "listen_host": "127.0.0.1",
        "listen_port": 0,
        "monitor_port": 0,
        "operator_key": "operator",
        "service_key": "service",
        "session_keys": (SESSION_KEY,),
        "click_keys": (CLICK_KEY,),
        "account_url": "http://account.example",
        "journal_dir": folder,
        "journal_keep_days": 35,
        "journal_segment_bytes": 2**20,
        "journal_segment_seconds": 600.0,
        "when_broken": WhenBroken.REFUSE,
    }
    return Settings(**(values | changes))


def cookie(member: UUID = BUYER, *, ends_at: datetime = NOW + timedelta(days=1)) -> str:
    return f"{SESSION_COOKIE}={Sessions([SESSION_KEY]).seal(member, ends_at)}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def location(self) -> str:
        return self.headers["Location"]


class Shop:
    """The redirect with Flask behind it, on a journal of its own."""

    def __init__(self, folder: Path, stores: Sequence[Store] = (), **settings: Any) -> None:
        book = StoreBook()
        book.learn({one.store_id: (1, one) for one in stores or [make_store()]})
        self.folder = folder
        self.redirect: Redirect = make_redirect(make_settings(folder, **settings), book)
        self.redirect.now_ms = lambda: milliseconds(NOW)

    def go(self, path: str = "/go/aliexpress", query: str = "", **environ: str) -> Answer:
        given = {"HTTP_COOKIE": cookie(), "HTTP_USER_AGENT": CHROME}
        return call(self.redirect, path, query, **(given | environ))

    def recorded(self) -> list[Click]:
        return [
            click
            for path in segments(self.folder)
            for chunk in chunks(path)
            for click in chunk.clicks
        ]


def call(app: Callable[..., Any], path: str, query: str = "", **environ: str) -> Answer:
    answered: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        answered.update(status=int(status[:3]), headers=dict(headers))

    basics = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "go.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
    }
    body = b"".join(app(basics | environ, start_response))
    return Answer(answered["status"], answered["headers"], body)
