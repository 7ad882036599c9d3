"""Which partner runs a store and signs for it: read from a file that the demo's set-up writes.

The file is read again when it changes, so that a secret can be rotated while the shop is open.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Partner:
    """A company with its signing secret."""

    partner_id: str
    secret: str
    stores: frozenset[str]


class UnknownStore(Exception):
    """No partner of the file runs this store."""

    code = "unknown_store"

    def __init__(self, store_id: str) -> None:
        """Name the store."""
        super().__init__(f"No partner here runs the store {store_id[:64]!r}.")


class Partners:
    """The partners of the file `[{"id", "secret", "stores": [...]}]`."""

    def __init__(self, path: Path) -> None:
        """Remember where the file is; it may be written later."""
        self._path = path
        self._read_at_ns = -1
        self._partners: list[Partner] = []

    def of_store(self, store_id: str) -> Partner:
        """Answer who runs a store; raises UnknownStore."""
        for partner in self._current():
            if store_id in partner.stores:
                return partner
        raise UnknownStore(store_id)

    def stores(self) -> list[str]:
        """Answer all stores, by name."""
        return sorted(store for partner in self._current() for store in partner.stores)

    def _current(self) -> list[Partner]:
        changed_at_ns = self._path.stat().st_mtime_ns if self._path.is_file() else -1
        if changed_at_ns != self._read_at_ns:
            self._partners = _read(self._path) if changed_at_ns >= 0 else []
            self._read_at_ns = changed_at_ns
        return self._partners


def _read(path: Path) -> list[Partner]:
    return [
        Partner(one["id"], one["secret"], frozenset(one["stores"]))
        for one in json.loads(path.read_text())
    ]
