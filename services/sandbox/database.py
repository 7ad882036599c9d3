"""One SQLite file per part of the outside world: it must not share the fate of our PostgreSQL.

Every thread has a connection of its own; a write is one immediate transaction, on disk before it is
answered (WAL, synchronous=FULL), so that two requests with one key queue up instead of racing.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BUSY_SECONDS = 10
_SETTINGS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"


class Database:
    """A file with its tables; `write()` for changes, `read()` for questions."""

    def __init__(self, path: Path, schema: str) -> None:
        """Make the file and its tables where they are missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._own = threading.local()
        self.read().executescript(schema)

    def read(self) -> sqlite3.Connection:
        """Answer this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.executescript(_SETTINGS)
            self._own.connection = connection
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction: all of it, or nothing when it raises."""
        connection = self.read()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
