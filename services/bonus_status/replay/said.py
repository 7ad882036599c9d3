"""What other services ever said, read from their own event logs over HTTP.

Kafka forgets: `conversions` and `payouts` are kept for 30 days, and of `stores` and `members` only
the newest state. The event log of the service that said something is kept for ever, so it is
complete, and in commit order, which keeps each aggregate's versions in theirs. Clicks are not read:
no handler of money looks at them, and their journal is kept for some days only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import Self

import msgspec
from sqlalchemy import Engine

from services.bonus_status.store.replay import rebuilds
from services.bonus_status.store.replay.applied import Applied
from services.bonus_status.store.replay.rebuilds import NeverSaid, Said
from shared.events import Envelope
from shared.http_client import HttpClient

SAID_BY: Mapping[str, str] = {
    "stores": "catalog",
    "members": "members",
    "conversions": "partner_postback",
    "payouts": "payout",
}
_PAGE = 5_000


class NotAnswered(Exception):
    """A service does not give its event log."""

    def __init__(self, service: str, status: int) -> None:
        """Name it."""
        super().__init__(f"{service} answered {status} when it was asked for its event log.")


class _Line(msgspec.Struct, frozen=True):
    place: str
    event: msgspec.Raw


_read_line = msgspec.json.Decoder(_Line).decode
_read_envelope = msgspec.json.Decoder(Envelope).decode


class Reading:
    """Reads every log from where it was left to its end, a page of each in turn.

    It does so in a thread of its own, so that what is kept already can be applied meanwhile; a run
    of events that is not kept yet waits for it. Use it as a context.
    """

    def __init__(
        self, again: Engine, services: Mapping[str, HttpClient], say: Callable[[int], None]
    ) -> None:
        """`say` is told how many events there are by now."""
        self._again, self._services, self._say = again, services, say
        self._kept = Condition()
        self._pages = 0
        self._must_stop = False
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        """Begin."""
        self._whole = self._pool.submit(self._read_all)
        self._whole.add_done_callback(lambda _: self._wake())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop after the page under way."""
        self._must_stop = True
        self._pool.shutdown()

    def end(self) -> None:
        """Wait until all is kept; raises NotAnswered, and whatever else stopped it."""
        self._whole.result()

    def messages(self, run: Applied) -> list[str]:
        """Answer the events of a run, as soon as they are kept; raises NeverSaid, and as `end`."""
        while True:
            pages, is_whole = self._pages, self._whole.done()
            try:
                with self._again.connect() as connection:
                    return rebuilds.messages(connection, run)
            except NeverSaid:
                if is_whole:
                    self.end()
                    raise
            self._wait_for_more_than(pages)

    def _wait_for_more_than(self, pages: int) -> None:
        with self._kept:
            self._kept.wait_for(lambda: self._pages > pages or self._whole.done())

    def _read_all(self) -> None:
        logs = [(topic, self._pages_of(topic)) for topic in SAID_BY]
        while logs and not self._must_stop:
            logs = [(topic, pages) for topic, pages in logs if self._keep_next(topic, pages)]

    def _keep_next(self, topic: str, pages: Iterator[Sequence[_Line]]) -> bool:
        lines = next(pages, None)
        if lines is None:
            return False
        with self._again.begin() as connection:
            rebuilds.keep_said(connection, topic, map(_said, lines), lines[-1].place)
        self._wake()
        with self._again.connect() as connection:
            self._say(rebuilds.said_so_far(connection))
        return True

    def _wake(self) -> None:
        with self._kept:
            self._pages += 1
            self._kept.notify_all()

    def _pages_of(self, topic: str) -> Iterator[Sequence[_Line]]:
        with self._again.connect() as connection:
            after = rebuilds.read_up_to(connection, topic)
        service = SAID_BY[topic]
        return _pages(self._services[service], topic, service, after)


def _pages(
    client: HttpClient, topic: str, service: str, after: str | None
) -> Iterator[Sequence[_Line]]:
    """Answer page after page of a log; while one is kept, the next one is on its way."""
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(_page, client, topic, service, after)
        while lines := coming.result():
            coming = ahead.submit(_page, client, topic, service, lines[-1].place)
            yield lines


def _page(client: HttpClient, topic: str, service: str, after: str | None) -> Sequence[_Line]:
    asked = {"topic": topic, "limit": _PAGE} | ({"after": after} if after else {})
    answer = client.get("/ops/events", params=asked)
    if not answer.ok:
        raise NotAnswered(service, answer.status_code)
    return [_read_line(line) for line in answer.content.splitlines()]


def _said(line: _Line) -> Said:
    event = _read_envelope(line.event)
    return Said(event.aggregate_id, event.version, bytes(line.event).decode())
