"""The stores as a click needs them: in memory, and in a file, so that no other server is needed.

The topic is the truth. The file only bridges the time from a start until the topic has been read,
so what it says gives way to any version of the same store in the topic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from services.click_tracking.deep_link import (
    UnusableTrackingUrl,
    check_tracking_url,
    page_template,
    read_page,
    store_template,
)
from services.click_tracking.journal.segments import write_whole

log = structlog.get_logger()
_NEVER_FROM_TOPIC = 0


class UnknownStore(LookupError):
    """No store has this name."""

    code = "unknown_store"
    field = "store_id"

    def __init__(self, store_id: str) -> None:
        """Name what was asked for."""
        super().__init__(f"There is no store {store_id[:64]!r}.")


class PausedStore(Exception):
    """The store takes no clicks at present."""

    code = "paused_store"
    field = "store_id"

    def __init__(self, store_id: str) -> None:
        """Name the store."""
        super().__init__(f"The store {store_id} is paused: purchases there earn nothing now.")


class NoStoresYet(Exception):
    """Neither the topic nor the file has told which stores there are."""


class Store(msgspec.Struct, frozen=True):
    """A store, as much of store.changed as a click needs."""

    store_id: str
    number: int
    status: str
    tracking_url: str
    deep_link_hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Door:
    """A store with where its clicks lead; `{click_id}` stands for the id in the template."""

    store: Store
    template: str
    version: int


class StoreBook:
    """All stores by name; replaced as a whole, so that readers need no lock."""

    def __init__(self) -> None:
        """Begin with no store."""
        self._doors: dict[str, Door] = {}
        self._told = False

    def door(self, store_id: str) -> Door:
        """Answer where clicks on a store lead; raises UnknownStore, PausedStore."""
        door = self._doors.get(store_id)
        if door is None:
            raise UnknownStore(store_id)
        if door.store.status != "active":
            raise PausedStore(store_id)
        return door

    def check(self) -> None:
        """Raise NoStoresYet until the stores are known; readiness asks this."""
        if not self._told:
            raise NoStoresYet

    def learn(self, told: Mapping[str, tuple[int, Store]]) -> bool:
        """Take newer versions from the topic; answers whether anything changed."""
        newer = [
            (version, store)
            for version, store in told.values()
            if store.store_id not in self._doors or version > self._doors[store.store_id].version
        ]
        self._put(newer)
        return bool(newer)

    def save(self, path: Path) -> None:
        """Write the file for the next start."""
        stores = [door.store for door in self._doors.values()]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(stores))

    def load(self, path: Path) -> None:
        """Read the file of an earlier process, if there is one that can be read."""
        try:
            stores = msgspec.json.decode(path.read_bytes(), type=list[Store])
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as fault:
            log.warning("stores.snapshot_unreadable", fault=str(fault))
            return
        self._put([(_NEVER_FROM_TOPIC, store) for store in stores])

    def _put(self, stores: Iterable[tuple[int, Store]]) -> None:
        doors = dict(self._doors)
        for version, store in stores:
            try:
                check_tracking_url(store.store_id, store.tracking_url)
            except UnusableTrackingUrl as fault:
                # The door that was open before stays: a store must not vanish by a slip in its
                # link.
                log.error("stores.unusable", why=str(fault))  # noqa: TRY400 - the sentence is enough
                continue
            doors[store.store_id] = Door(store, store_template(store.tracking_url), version)
        self._doors, self._told = doors, True


def deep_template(door: Door, page: str) -> tuple[str, str]:
    """Answer the page as it was checked and where a click on it leads; raises BadDeepLink."""
    checked = read_page(page, door.store.deep_link_hosts)
    return str(checked), page_template(door.store.tracking_url, checked)
