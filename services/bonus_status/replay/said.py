"""What other services ever said, read from their own event logs over HTTP.

Kafka forgets: `conversions` and `payouts` are kept for 30 days, and of `stores` and `members` only
the newest state. The event log of the service that said something is kept for ever, so it is
complete, and in commit order, which keeps each aggregate's versions in theirs. Clicks are not read:
no handler of money looks at them, and their journal is kept for some days only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from sqlalchemy import Engine

from services.bonus_status.store.replay import rebuilds
from services.bonus_status.store.replay.rebuilds import Said
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


def read_all(again: Engine, services: Mapping[str, HttpClient], say: Callable[[int], None]) -> None:
    """Read every log from where it was left to its end; `say` is told how many there are by now."""
    for topic, service in SAID_BY.items():
        with again.connect() as connection:
            after = rebuilds.read_up_to(connection, topic)
        for lines in _pages(services[service], topic, service, after):
            with again.begin() as connection:
                rebuilds.keep_said(connection, topic, map(_said, lines), lines[-1].place)
            with again.connect() as connection:
                say(rebuilds.said_so_far(connection))


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
