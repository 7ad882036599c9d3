"""The log of postbacks: each is kept before it is sent, and sent until somebody answers.

The body is kept as the bytes that are signed; the delivery's id is the webhook's id and stays the
same over all attempts, as Standard Webhooks asks of a sender.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from services.sandbox.moments import as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    delivery_number INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    says TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'refused', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL,
    http_status INTEGER,
    answer TEXT,
    made_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_by_order ON deliveries (order_id, delivery_number);
"""
_FIRST_PAUSE_SECONDS = 1
_LONGEST_PAUSE_SECONDS = 60
_MOST_ATTEMPTS = 50
# Not the sender's fault: the next attempt may well be taken.
_PASSING = frozenset({408, 425, 429})
_SERVER_ERRORS = 500
_ERRORS = 400


class NothingSent(Exception):
    """No postback about an order was ever made, so none can be repeated."""

    code = "nothing_sent"

    def __init__(self, order_id: str) -> None:
        """Name the order."""
        super().__init__(f"No postback about an order {order_id[:64]!r} was ever sent.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A postback that is to be sent."""

    delivery_id: str
    order_id: str
    body: bytes
    attempts: int


def enqueue(
    connection: sqlite3.Connection, message: dict[str, Any], body: str, now: datetime
) -> str:
    """Keep a postback for sending and answer its id."""
    delivery_id = f"msg_{uuid4().hex}"
    connection.execute(
        "INSERT INTO deliveries (delivery_id, order_id, line_id, says, body, state,"
        " next_attempt_at, made_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
        (
            delivery_id, message["order_id"], message["line_id"], message["status"], body,
            as_text(now), as_text(now),
        ),
    )  # fmt: skip
    return delivery_id


def due(connection: sqlite3.Connection, now: datetime, limit: int) -> list[Delivery]:
    """Answer what is to be sent now, oldest first."""
    rows = connection.execute(
        "SELECT delivery_id, order_id, body, attempts FROM deliveries"
        " WHERE state = 'waiting' AND next_attempt_at <= ? ORDER BY delivery_number LIMIT ?",
        (as_text(now), limit),
    )
    return [Delivery(row[0], row[1], row[2].encode(), row[3]) for row in rows]


def settle(
    connection: sqlite3.Connection,
    delivery: Delivery,
    status: int | None,
    answer: str,
    now: datetime,
) -> None:
    """Record what an attempt brought (no status: nobody answered), and when to try again."""
    attempts = delivery.attempts + 1
    connection.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, http_status = ?, answer = ?,"
        " next_attempt_at = ? WHERE delivery_id = ?",
        (
            _state(status, attempts), attempts, status, answer, as_text(now + _pause(attempts)),
            delivery.delivery_id,
        ),
    )  # fmt: skip


def of_order(connection: sqlite3.Connection, order_id: str) -> list[dict[str, Any]]:
    """Answer the deliveries about an order, oldest first."""
    rows = connection.execute(
        "SELECT * FROM deliveries WHERE order_id = ? ORDER BY delivery_number", (order_id,)
    )
    return [dict(row) for row in rows]


def repeat_last(connection: sqlite3.Connection, order_id: str, times: int, now: datetime) -> None:
    """Send an order's newest postback again, as new deliveries; raises NothingSent."""
    sent = of_order(connection, order_id)
    if not sent:
        raise NothingSent(order_id)
    last = sent[-1]
    message = {"order_id": order_id, "line_id": last["line_id"], "status": last["says"]}
    for _ in range(times):
        enqueue(connection, message, last["body"], now)


def _state(status: int | None, attempts: int) -> str:
    if status is not None and status < _ERRORS:
        return "answered"
    if status is not None and status < _SERVER_ERRORS and status not in _PASSING:
        return "refused"
    return "given_up" if attempts >= _MOST_ATTEMPTS else "waiting"


def _pause(attempts: int) -> timedelta:
    return timedelta(
        seconds=min(_FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE_SECONDS)
    )
