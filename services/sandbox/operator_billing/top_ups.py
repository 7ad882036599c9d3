"""The billing's books: what was asked, and beside it the statement of what was really executed.

The statement is a log of its own that is only added to; it, not the table of answers, is what a
customer of the operator would see on the phone, so it is what our books are reconciled against.
"""

import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from services.sandbox.database import Database
from services.sandbox.moments import as_text
from services.sandbox.operator_billing import callbacks

SCHEMA = """
CREATE TABLE IF NOT EXISTS top_ups (
    idempotency_key TEXT PRIMARY KEY,
    top_up_id TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    amount_rubles INTEGER NOT NULL CHECK (amount_rubles > 0),
    status TEXT NOT NULL CHECK (status IN ('completed', 'declined', 'accepted')),
    reason TEXT,
    asked_at TEXT NOT NULL,
    completes_at TEXT,
    reverses_at TEXT
);
CREATE INDEX IF NOT EXISTS top_ups_to_complete ON top_ups (completes_at) WHERE status = 'accepted';
CREATE INDEX IF NOT EXISTS top_ups_to_reverse ON top_ups (reverses_at)
    WHERE reverses_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS statement (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    idempotency_key TEXT NOT NULL REFERENCES top_ups,
    top_up_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    amount_rubles INTEGER NOT NULL,
    executed_at TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS statement_keeps_its_entries BEFORE UPDATE ON statement
    BEGIN SELECT RAISE(ABORT, 'the statement is only added to'); END;
CREATE INDEX IF NOT EXISTS statement_by_key ON statement (idempotency_key);
CREATE INDEX IF NOT EXISTS top_ups_by_moment ON top_ups (asked_at);
CREATE TABLE IF NOT EXISTS reversals (
    reversal INTEGER PRIMARY KEY AUTOINCREMENT,
    idempotency_key TEXT NOT NULL UNIQUE REFERENCES top_ups,
    top_up_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    amount_rubles INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reversed_at TEXT NOT NULL
);
"""
# Numbers that can never be topped up, so that a story needs no switch.
NEVER = {
    "+79000000001": "unknown_number",
    "+79000000002": "barred",
    "+79000000003": "not_a_subscriber",
}


class KeyReused(Exception):
    """The idempotency key came back with another phone or amount."""

    code = "key_reused"

    def __init__(self, idempotency_key: str) -> None:
        """Name the key."""
        super().__init__(f"Key {idempotency_key} was used for another phone or amount before.")


class UnknownTopUp(Exception):
    """Nobody ever asked for a top-up under this key."""

    code = "unknown_top_up"

    def __init__(self, idempotency_key: str) -> None:
        """Name the key."""
        super().__init__(f"No top-up was asked for under key {idempotency_key[:100]}.")


class NothingToReverse(Exception):
    """The top-up was not executed, or is reversed already."""

    code = "nothing_to_reverse"

    def __init__(self, idempotency_key: str) -> None:
        """Name the key."""
        super().__init__(f"The top-up under key {idempotency_key[:100]} has no money to take back.")


@dataclass(frozen=True, slots=True)
class TopUp:
    """A top-up with the operator's decision."""

    idempotency_key: str
    top_up_id: str
    phone: str
    amount_rubles: int
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """How a new top-up ends: declined for a reason, completed later, or reversed later."""

    declined: str | None = None
    completes_after: timedelta | None = None
    reverses_after: timedelta | None = None


def ask(  # noqa: PLR0913 - a request, its decision and its moment
    connection: sqlite3.Connection,
    *,
    idempotency_key: str,
    phone: str,
    amount_rubles: int,
    decision: Decision,
    now: datetime,
) -> TopUp:
    """Execute or decline a top-up, once per key; raises KeyReused."""
    known = find(connection, idempotency_key)
    if known is not None:
        if (known.phone, known.amount_rubles) != (phone, amount_rubles):
            raise KeyReused(idempotency_key)
        return known
    top_up = _decide(idempotency_key, phone, amount_rubles, decision)
    _keep(connection, top_up, decision, now)
    if top_up.status == "completed":
        _execute(connection, idempotency_key, now)
    return top_up


def find(connection: sqlite3.Connection, key: str) -> TopUp | None:
    """Answer the top-up asked for under a key."""
    row = connection.execute(
        "SELECT idempotency_key, top_up_id, phone, amount_rubles, status, reason"
        " FROM top_ups WHERE idempotency_key = ?",
        (key,),
    ).fetchone()
    return TopUp(*row) if row else None


def carry_out_due(connection: sqlite3.Connection, now: datetime) -> None:
    """Complete what was only accepted, and take back what was to be, once their time has come."""
    due = "SELECT idempotency_key FROM top_ups WHERE status = 'accepted' AND completes_at <= ?"
    for (key,) in connection.execute(due, (as_text(now),)).fetchall():
        connection.execute(
            "UPDATE top_ups SET status = 'completed' WHERE idempotency_key = ?", (key,)
        )
        _execute(connection, key, now)
        callbacks.enqueue(connection, "top_ups", key, "completed", now)
    due = "SELECT idempotency_key FROM top_ups WHERE reverses_at <= ? AND status = 'completed'"
    for (key,) in connection.execute(due, (as_text(now),)).fetchall():
        reverse(connection, key, "taken_back_by_operator", now)


def carry_out_if_due(database: Database, now: datetime) -> None:
    """Do so only where there is something to do: most questions need no write."""
    found = database.read().execute(
        "SELECT 1 FROM top_ups WHERE (status = 'accepted' AND completes_at <= :now)"
        " OR (reverses_at <= :now AND status = 'completed') LIMIT 1",
        {"now": as_text(now)},
    )
    if found.fetchone() is not None:
        with database.write() as connection:
            carry_out_due(connection, now)


def reverse(connection: sqlite3.Connection, key: str, reason: str, now: datetime) -> None:
    """Take an executed top-up back; raises NothingToReverse."""
    added = connection.execute(
        "INSERT OR IGNORE INTO reversals"
        " (idempotency_key, top_up_id, phone, amount_rubles, reason, reversed_at)"
        " SELECT idempotency_key, top_up_id, phone, amount_rubles, ?, ? FROM statement"
        " WHERE idempotency_key = ?",
        (reason, as_text(now), key),
    ).rowcount
    if not added:
        raise NothingToReverse(key)
    connection.execute("UPDATE top_ups SET reverses_at = NULL WHERE idempotency_key = ?", (key,))
    callbacks.enqueue(connection, "reversals", key, "reversed", now)


def statement(connection: sqlite3.Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Answer executed top-ups past an entry, oldest first."""
    rows = connection.execute(
        "SELECT * FROM statement WHERE entry > ? ORDER BY entry LIMIT ?", (after, limit)
    )
    return [dict(row) for row in rows]


def reversals(connection: sqlite3.Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Answer reversed top-ups past a reversal, oldest first."""
    rows = connection.execute(
        "SELECT * FROM reversals WHERE reversal > ? ORDER BY reversal LIMIT ?", (after, limit)
    )
    return [dict(row) for row in rows]


def newest(connection: sqlite3.Connection, limit: int) -> dict[str, Any]:
    """Answer what the statement page shows: totals, and what became of the newest requests."""
    totals = connection.execute(
        "SELECT (SELECT count(*) FROM statement) AS executed,"
        " (SELECT coalesce(sum(amount_rubles), 0) FROM statement) AS rubles,"
        " (SELECT count(*) FROM top_ups WHERE status = 'declined') AS declined,"
        " (SELECT count(*) FROM reversals) AS taken_back"
    ).fetchone()
    rows = connection.execute(
        "SELECT t.*, s.entry, r.reversed_at FROM top_ups t"
        " LEFT JOIN statement s USING (idempotency_key)"
        " LEFT JOIN reversals r USING (idempotency_key)"
        " ORDER BY t.asked_at DESC LIMIT ?",
        (limit,),
    ).fetchall()
    return {"totals": dict(totals), "rows": [dict(row) for row in rows]}


def _decide(key: str, phone: str, amount_rubles: int, decision: Decision) -> TopUp:
    reason = NEVER.get(phone, decision.declined)
    status = "declined" if reason else "accepted" if decision.completes_after else "completed"
    return TopUp(key, str(uuid4()), phone, amount_rubles, status, reason)


def _keep(connection: sqlite3.Connection, top_up: TopUp, decision: Decision, now: datetime) -> None:
    connection.execute(
        "INSERT INTO top_ups (idempotency_key, top_up_id, phone, amount_rubles, status, reason,"
        " asked_at, completes_at, reverses_at) VALUES (:idempotency_key, :top_up_id, :phone,"
        " :amount_rubles, :status, :reason, :asked_at, :completes_at, :reverses_at)",
        asdict(top_up)
        | {
            "asked_at": as_text(now),
            "completes_at": _later(now, decision.completes_after),
            "reverses_at": _later(now, decision.reverses_after),
        },
    )


def _later(now: datetime, delay: timedelta | None) -> str | None:
    return None if delay is None else as_text(now + delay)


def _execute(connection: sqlite3.Connection, key: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO statement (idempotency_key, top_up_id, phone, amount_rubles, executed_at)"
        " SELECT idempotency_key, top_up_id, phone, amount_rubles, ? FROM top_ups"
        " WHERE idempotency_key = ?",
        (as_text(now), key),
    )
