"""What the networks know: transactions as they are now, and those that are only made up."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.sandbox.moments import as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS transactions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    corrects INTEGER REFERENCES transactions,
    order_id TEXT NOT NULL,
    click_id TEXT NOT NULL,
    amount TEXT NOT NULL,
    old_amount TEXT,
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'declined')),
    reason TEXT,
    ordered_at TEXT NOT NULL,
    posted_at TEXT NOT NULL,
    changed_at TEXT,
    validated_at TEXT,
    amended_at TEXT
);
CREATE INDEX IF NOT EXISTS transactions_of_network ON transactions (network, number);
CREATE TABLE IF NOT EXISTS made_up (network TEXT PRIMARY KEY, told TEXT NOT NULL);
"""
NETWORKS = ("admitad", "awin", "cj", "impact", "revision")
MOMENTS = ("ordered_at", "posted_at", "changed_at", "validated_at", "amended_at")
# The numbers of made-up ones stay clear of those that are stored.
_FIRST_MADE_UP = 1_000_000_000


class UnknownTransaction(Exception):
    """The network has no such transaction."""

    code = "unknown_transaction"

    def __init__(self, network: str, number: int) -> None:
        """Name it."""
        super().__init__(f"{network} has no transaction {number}.")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Transactions that are made of their number: so many, at one moment, after these clicks."""

    count: int
    click_ids: list[str]
    ordered_at: str
    currency: str = "RUB"


@dataclass(frozen=True, slots=True)
class Listing:
    """Transactions of a network whose `moment` lies in a period, by their number."""

    network: str
    moment: str
    since: datetime
    until: datetime

    @property
    def asked(self) -> dict[str, str]:
        """Name the period as the moments are kept."""
        period = {"since": as_text(self.since), "until": as_text(self.until)}
        return {"network": self.network, **period}


def add(connection: sqlite3.Connection, sent: Mapping[str, Any], now: datetime) -> int:
    """Add a pending transaction; answers its number."""
    ordered_at = as_text(sent["ordered_at"] or now)
    row = {**sent, "ordered_at": ordered_at, "posted_at": as_text(now)}
    return int(
        connection.execute(
            "INSERT INTO transactions"
            " (network, order_id, click_id, amount, currency, status, ordered_at, posted_at)"
            " VALUES (:network, :order_id, :click_id, :amount, :currency, 'pending',"
            " :ordered_at, :posted_at)",
            row,
        ).lastrowid
        or 0
    )


def change(
    connection: sqlite3.Connection,
    network: str,
    number: int,
    sent: Mapping[str, Any],
    now: datetime,
) -> None:
    """Approve, decline or amend a transaction; raises UnknownTransaction."""
    before = find(connection, network, number)
    moment = as_text(now)
    if sent["status"] is not None:
        connection.execute(
            "UPDATE transactions SET status = ?, reason = ?, validated_at = ?, changed_at = ?"
            " WHERE number = ?",
            (sent["status"], sent["reason"], moment, moment, number),
        )
    if sent["amount"] is not None and network == "cj":
        _correct(connection, before, sent, moment)
    elif sent["amount"] is not None:
        connection.execute(
            "UPDATE transactions SET old_amount = amount, amount = ?, amended_at = ?,"
            " changed_at = ? WHERE number = ?",
            (sent["amount"], moment, moment, number),
        )


def _correct(
    connection: sqlite3.Connection, before: sqlite3.Row, sent: Mapping[str, Any], moment: str
) -> None:
    """Add what the amount changed by: CJ changes no record, it posts another."""
    difference = str(Decimal(sent["amount"]) - Decimal(before["amount"]))
    connection.execute(
        "INSERT INTO transactions (network, corrects, order_id, click_id, amount, currency,"
        " status, reason, ordered_at, posted_at)"
        " VALUES ('cj', ?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
        (
            *(before[name] for name in ("number", "order_id", "click_id")),
            difference,
            before["currency"],
            sent["reason"] or "RETURNED_MERCHANDISE",
            before["ordered_at"],
            moment,
        ),
    )


def find(connection: sqlite3.Connection, network: str, number: int) -> sqlite3.Row:
    """Answer a transaction; raises UnknownTransaction."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM transactions WHERE network = ? AND number = ?", (network, number)
    ).fetchone()
    if row is None:
        raise UnknownTransaction(network, number)
    return row


def make_up(connection: sqlite3.Connection, network: str, made_up: MadeUp) -> None:
    """Let a network have transactions that nobody stores."""
    told = {name: getattr(made_up, name) for name in MadeUp.__dataclass_fields__}
    connection.execute(
        "INSERT OR REPLACE INTO made_up (network, told) VALUES (?, ?)", (network, json.dumps(told))
    )


def made_up_of(connection: sqlite3.Connection, network: str) -> MadeUp | None:
    """Answer what is made up for a network."""
    row = connection.execute("SELECT told FROM made_up WHERE network = ?", (network,)).fetchone()
    return MadeUp(**json.loads(row[0])) if row else None


def forget(connection: sqlite3.Connection) -> None:
    """Forget everything."""
    connection.execute("DELETE FROM transactions")
    connection.execute("DELETE FROM made_up")


def count(connection: sqlite3.Connection, listing: Listing) -> tuple[int, int]:
    """Answer how many of a listing are made up, and how many are stored."""
    made_up = made_up_of(connection, listing.network)
    is_listed = made_up and listing.moment in ("ordered_at", "posted_at")
    is_in = made_up and listing.asked["since"] <= made_up.ordered_at <= listing.asked["until"]
    (stored,) = connection.execute(
        f"SELECT count(*) FROM transactions WHERE {_in_period(listing)}",  # noqa: S608 - a name
        listing.asked,
    ).fetchone()
    return (made_up.count if made_up and is_listed and is_in else 0), stored


def page(
    connection: sqlite3.Connection, listing: Listing, made: int, offset: int, limit: int
) -> list[dict[str, Any]]:
    """Answer part of a listing: its `made` made-up ones first, then those that are stored."""
    known = made_up_of(connection, listing.network)
    places = range(min(offset, made), min(offset + limit, made))
    found = [_made_up(known, place) for place in places] if known else []
    rows = connection.execute(
        f"SELECT * FROM transactions WHERE {_in_period(listing)}"  # noqa: S608 - a name
        " ORDER BY number LIMIT :limit OFFSET :offset",
        {**listing.asked, "limit": limit - len(found), "offset": max(offset - made, 0)},
    )
    return [*found, *map(dict, rows)]


def _in_period(listing: Listing) -> str:
    assert listing.moment in MOMENTS
    return f"network = :network AND {listing.moment} BETWEEN :since AND :until"


def _made_up(known: MadeUp, place: int) -> dict[str, Any]:
    clicks = known.click_ids or [""]
    return {
        "number": _FIRST_MADE_UP + place,
        "corrects": None,
        "order_id": f"made-up-{place:09d}",
        "click_id": clicks[place % len(clicks)],
        "amount": f"{100 + place % 900}.{place % 100:02d}",
        "old_amount": None,
        "currency": known.currency,
        "status": "pending",
        "reason": None,
        "ordered_at": known.ordered_at,
        "posted_at": known.ordered_at,
        "changed_at": None,
        "validated_at": None,
        "amended_at": None,
    }
