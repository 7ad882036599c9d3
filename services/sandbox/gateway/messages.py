"""What was handed to the gateway, once per key: each row is a message that a person received."""

import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.sandbox.moments import as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    message_number INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    idempotency_key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    "to" TEXT NOT NULL,
    text TEXT NOT NULL,
    received_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages ("to", message_number);
"""


class KeyReused(Exception):
    """The idempotency key came back with another message."""

    code = "key_reused"

    def __init__(self, idempotency_key: str) -> None:
        """Name the key."""
        super().__init__(f"Key {idempotency_key} was used for another message before.")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the caller hands it over."""

    channel: str
    to: str
    text: str


def accept(connection: sqlite3.Connection, key: str, message: Message, now: datetime) -> str:
    """Deliver a message, once per key, and answer its id; raises KeyReused."""
    known = connection.execute(
        'SELECT message_id, channel, "to", text FROM messages WHERE idempotency_key = ?', (key,)
    ).fetchone()
    if known is None:
        return _deliver(connection, key, message, now)
    if Message(*known[1:]) != message:
        raise KeyReused(key)
    return str(known["message_id"])


def find(
    connection: sqlite3.Connection, *, to: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Answer messages past a number, oldest first, of one recipient or of all."""
    rows = connection.execute(
        'SELECT * FROM messages WHERE message_number > :after AND (:to IS NULL OR "to" = :to)'
        " ORDER BY message_number LIMIT :limit",
        {"to": to, "after": after, "limit": limit},
    )
    return [dict(row) for row in rows]


def newest(connection: sqlite3.Connection, to: str, limit: int) -> list[dict[str, Any]]:
    """Answer what a recipient got, the newest first."""
    rows = connection.execute(
        'SELECT * FROM messages WHERE "to" = ? ORDER BY message_number DESC LIMIT ?', (to, limit)
    )
    return [dict(row) for row in rows]


def recipients(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Answer who got messages, the newest first, each with the last one."""
    rows = connection.execute(
        'SELECT m.*, n.messages FROM messages m JOIN (SELECT "to", max(message_number) AS last,'
        ' count(*) AS messages FROM messages GROUP BY "to") n ON n.last = m.message_number'
        " ORDER BY m.message_number DESC LIMIT ?",
        (limit,),
    )
    return [dict(row) for row in rows]


def _deliver(connection: sqlite3.Connection, key: str, message: Message, now: datetime) -> str:
    message_id = str(uuid4())
    connection.execute(
        'INSERT INTO messages (message_id, idempotency_key, channel, "to", text, received_at)'
        " VALUES (:message_id, :key, :channel, :to, :text, :received_at)",
        asdict(message) | {"message_id": message_id, "key": key, "received_at": as_text(now)},
    )
    return message_id
