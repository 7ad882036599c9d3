"""What the billing tells its partner by itself: kept with the change it is about, then sent.

Only what the partner cannot know from an answer is told: a top-up that was accepted is carried out
later, or one is taken back.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from services.sandbox.moments import as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS callbacks (
    callback_number INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'given_up', 'lost')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (next_attempt_at) WHERE state = 'waiting';
"""
_TOLD = ("top_up_id", "idempotency_key", "amount_rubles", "reason", "reversal")
_MOST_ATTEMPTS = 5
_ERRORS = 400


@dataclass(frozen=True, slots=True)
class Callback:
    """A message that is to be sent, as the bytes that are signed."""

    callback_id: str
    phone: str
    body: bytes
    attempts: int


def enqueue(
    connection: sqlite3.Connection, table: str, key: str, status: str, now: datetime
) -> None:
    """Keep what is to be told of a top-up, or of its reversal: the row of that table."""
    query = f"SELECT * FROM {table} WHERE idempotency_key = ?"  # noqa: S608 - ours
    row = dict(connection.execute(query, (key,)).fetchone())
    body = {name: row.get(name) for name in _TOLD} | {"status": status}
    connection.execute(
        "INSERT INTO callbacks (callback_id, phone, body, state, next_attempt_at)"
        " VALUES (?, ?, ?, 'waiting', ?)",
        (f"msg_{uuid4().hex}", row["phone"], json.dumps(body), as_text(now)),
    )


def due(connection: sqlite3.Connection, now: datetime, limit: int) -> list[Callback]:
    """Answer what is to be sent now, oldest first."""
    rows = connection.execute(
        "SELECT callback_id, phone, body, attempts FROM callbacks"
        " WHERE state = 'waiting' AND next_attempt_at <= ? ORDER BY callback_number LIMIT ?",
        (as_text(now), limit),
    )
    return [Callback(row[0], row[1], row[2].encode(), row[3]) for row in rows]


def lose(connection: sqlite3.Connection, callback: Callback) -> None:
    """Send it to nobody."""
    connection.execute(
        "UPDATE callbacks SET state = 'lost' WHERE callback_id = ?", (callback.callback_id,)
    )


def settle(
    connection: sqlite3.Connection, callback: Callback, status: int | None, now: datetime
) -> None:
    """Record what an attempt brought (no status: nobody answered), and when to try again."""
    attempts = callback.attempts + 1
    answered = status is not None and status < _ERRORS
    state = "answered" if answered else "given_up" if attempts >= _MOST_ATTEMPTS else "waiting"
    connection.execute(
        "UPDATE callbacks SET state = ?, attempts = ?, next_attempt_at = ? WHERE callback_id = ?",
        (
            state,
            attempts,
            as_text(now + timedelta(seconds=2 ** (attempts - 1))),
            callback.callback_id,
        ),
    )
