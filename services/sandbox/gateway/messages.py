"""What was handed to the gateway, once per key, and what became of it.

A message arrives at once, unless it is among the failures: then nobody received it.
"""

import sqlite3
from collections.abc import Sequence
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
CREATE TABLE IF NOT EXISTS subjects (message_id TEXT PRIMARY KEY, subject TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures (message_id TEXT PRIMARY KEY);
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages ("to", message_number);
"""
_ARRIVED = (
    "(SELECT m.*, s.subject FROM messages m LEFT JOIN subjects s USING (message_id)"
    " WHERE message_id NOT IN (SELECT message_id FROM failures))"
)


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
    subject: str | None = None


def accept(
    connection: sqlite3.Connection, key: str, message: Message, now: datetime, *, arrives: bool
) -> str:
    """Deliver a message or lose it, once per key, and answer its id; raises KeyReused."""
    known = connection.execute(
        'SELECT message_id, channel, "to", text, subject FROM messages'
        " LEFT JOIN subjects USING (message_id) WHERE idempotency_key = ?",
        (key,),
    ).fetchone()
    if known is None:
        message_id = _keep(connection, key, message, now)
        if not arrives:
            connection.execute("INSERT INTO failures VALUES (?)", (message_id,))
        return message_id
    if Message(*known[1:]) != message:
        raise KeyReused(key)
    return str(known["message_id"])


def states(connection: sqlite3.Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Answer what became of messages, by their keys; an unknown key is missing."""
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(
        "SELECT idempotency_key, CASE WHEN f.message_id IS NULL THEN 'delivered' ELSE 'failed' END"  # noqa: S608 - question marks alone
        " AS state FROM messages LEFT JOIN failures f USING (message_id)"
        f" WHERE idempotency_key IN ({marks}) ORDER BY message_number",
        list(keys),
    )
    return [dict(row) for row in rows]


def find(
    connection: sqlite3.Connection, *, to: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Answer messages past a number, oldest first, of one recipient or of all."""
    rows = connection.execute(
        f'SELECT * FROM {_ARRIVED} WHERE message_number > :after AND (:to IS NULL OR "to" = :to)'  # noqa: S608 - a constant
        " ORDER BY message_number LIMIT :limit",
        {"to": to, "after": after, "limit": limit},
    )
    return [dict(row) for row in rows]


def newest(connection: sqlite3.Connection, to: str, limit: int) -> list[dict[str, Any]]:
    """Answer what a recipient got, the newest first."""
    rows = connection.execute(
        f'SELECT * FROM {_ARRIVED} WHERE "to" = ? ORDER BY message_number DESC LIMIT ?',  # noqa: S608 - a constant
        (to, limit),
    )
    return [dict(row) for row in rows]


def recipients(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Answer who got messages, the newest first, each with the last one."""
    rows = connection.execute(
        f'SELECT m.*, n.messages FROM messages m JOIN (SELECT "to", max(message_number) AS last,'  # noqa: S608 - a constant
        f' count(*) AS messages FROM {_ARRIVED} GROUP BY "to") n ON n.last = m.message_number'
        " ORDER BY m.message_number DESC LIMIT ?",
        (limit,),
    )
    return [dict(row) for row in rows]


def _keep(connection: sqlite3.Connection, key: str, message: Message, now: datetime) -> str:
    message_id = str(uuid4())
    if message.subject is not None:
        connection.execute("INSERT INTO subjects VALUES (?, ?)", (message_id, message.subject))
    connection.execute(
        'INSERT INTO messages (message_id, idempotency_key, channel, "to", text, received_at)'
        " VALUES (:message_id, :key, :channel, :to, :text, :received_at)",
        asdict(message) | {"message_id": message_id, "key": key, "received_at": as_text(now)},
    )
    return message_id
