"""The shop's orders, line by line: what was bought, and how far the shop is with it."""

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.sandbox.moments import as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE,
    store_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    subid TEXT,
    ordered_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS lines (
    order_id TEXT NOT NULL REFERENCES orders (order_id),
    line_id TEXT NOT NULL,
    title TEXT NOT NULL,
    category TEXT,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (order_id, line_id)
);
"""


class UnknownOrder(Exception):
    """The shop has no such order, or the order no such line."""

    code = "unknown_order"

    def __init__(self, order_id: str) -> None:
        """Name the order."""
        super().__init__(f"There is no order {order_id[:64]!r} with such a line.")


@dataclass(frozen=True, slots=True)
class Good:
    """What is put into a basket."""

    title: str
    category: str | None
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order as it stands."""

    order_id: str
    line_id: str
    title: str
    category: str | None
    amount_minor: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `subid` is what came with the visitor, unread and unchanged."""

    order_id: str
    store_id: str
    partner_id: str
    subid: str | None
    ordered_at: str


def place(  # noqa: PLR0913 - an order is these
    connection: sqlite3.Connection,
    *,
    store_id: str,
    partner_id: str,
    subid: str | None,
    goods: Sequence[Good],
    now: datetime,
) -> str:
    """Keep a new order and answer its id."""
    # Random, so that a shop with an emptied file never repeats a number that it reported before.
    order_id = f"{store_id[:3].upper()}-{secrets.randbelow(10**10):010d}"
    connection.execute(
        "INSERT INTO orders (order_id, store_id, partner_id, subid, ordered_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (order_id, store_id, partner_id, subid, as_text(now)),
    )
    connection.executemany(
        "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, 'ordered')",
        [
            (order_id, str(number), good.title, good.category, good.amount_minor, good.currency)
            for number, good in enumerate(goods, start=1)
        ],
    )
    return order_id


def find(connection: sqlite3.Connection, order_id: str) -> Order:
    """Answer an order; raises UnknownOrder."""
    row = connection.execute(
        "SELECT order_id, store_id, partner_id, subid, ordered_at FROM orders WHERE order_id = ?",
        (order_id,),
    ).fetchone()
    if row is None:
        raise UnknownOrder(order_id)
    return Order(*row)


def lines(connection: sqlite3.Connection, order_id: str, line_id: str | None = None) -> list[Line]:
    """Answer the lines of an order, or the one that is named; raises UnknownOrder."""
    rows = connection.execute(
        "SELECT * FROM lines WHERE order_id = :order_id"
        " AND (:line_id IS NULL OR line_id = :line_id) ORDER BY CAST(line_id AS INTEGER)",
        {"order_id": order_id, "line_id": line_id},
    ).fetchall()
    if not rows:
        raise UnknownOrder(order_id)
    return [Line(*row) for row in rows]


def change(connection: sqlite3.Connection, line: Line, status: str, amount_minor: int) -> None:
    """Move a line on."""
    connection.execute(
        "UPDATE lines SET status = ?, amount_minor = ? WHERE order_id = ? AND line_id = ?",
        (status, amount_minor, line.order_id, line.line_id),
    )


def newest(connection: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Answer the newest orders with their sums, for the clerk's desk."""
    rows = connection.execute(
        "SELECT o.*, count(*) AS lines, sum(l.amount_minor) AS amount_minor,"
        " min(l.currency) AS currency, group_concat(DISTINCT l.status) AS statuses"
        " FROM orders o JOIN lines l USING (order_id)"
        " GROUP BY o.order_id ORDER BY o.order_number DESC LIMIT ?",
        (limit,),
    )
    return [dict(row) for row in rows]
