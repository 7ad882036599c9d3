"""What this service hears: the stores, a compacted topic read from its beginning, without a group.

A thread of the web process does it, since the stores live in its memory. A topic is read to its
end before anything is taken over, so that a start never shows a store as it was long ago.
"""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import structlog

from services.click_tracking.stores import Store, StoreBook
from shared.events import UnreadableEvent, open_envelope, read_data
from shared.kafka import read_whole_topic

log = structlog.get_logger()
STORE_CHANGED = "store.changed"
HEARS: Mapping[str, Mapping[str, type[msgspec.Struct]]] = {"stores": {STORE_CHANGED: Store}}

_stores = msgspec.json.Decoder(Store)
_PAUSE_SECONDS = 1.0


def follow_stores(bootstrap: str, book: StoreBook, snapshot: Path, stop: threading.Event) -> None:
    """Keep the book like the topic until `stop` is set; without Kafka it stays as it is."""
    while not stop.is_set():
        try:
            for told in _tellings(bootstrap):
                if stop.is_set():
                    return
                if book.learn(told):
                    book.save(snapshot)
        except Exception as fault:  # noqa: BLE001 - nothing may end this thread: the stores would freeze
            log.warning("stores.not_followed", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(_PAUSE_SECONDS)


def _tellings(bootstrap: str) -> Iterator[dict[str, tuple[int, Store]]]:
    told: dict[str, tuple[int, Store]] = {}
    for message in read_whole_topic(bootstrap, "stores"):
        if message is None:
            yield told
            told = {}
        else:
            hear(message[1], told)


def hear(value: bytes | None, told: dict[str, tuple[int, Store]]) -> None:
    """Note what a message tells, unless something newer was told of its store."""
    if value is None:
        return
    try:
        envelope = open_envelope(value)
        if envelope.type != STORE_CHANGED:
            return
        store = read_data(envelope, _stores).data
    except UnreadableEvent as fault:
        # A poison message must not hide the stores behind it; the next version of its store heals
        # it.
        log.error("stores.unreadable", why=str(fault)[:300])  # noqa: TRY400 - the sentence is enough
        return
    if store.store_id not in told or envelope.version > told[store.store_id][0]:
        told[store.store_id] = (envelope.version, store)
