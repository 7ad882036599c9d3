"""What happens to an order: each step changes its lines and posts the postback about it."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.sandbox.moments import as_text
from services.sandbox.partner_shop import deliveries, orders
from services.sandbox.partner_shop.orders import Line, Order

# What the clerk does, and what the postback then says.
STEPS = {
    "report": "reported",
    "approve": "approved",
    "approve_unfunded": "approved_unfunded",
    "decline": "declined",
    "amend": "amended",
    "return": "returned",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step on an order: all its lines, or the named one.

    `amount_minor` is the new amount of an amended line, or what came back of a returned one
    (none: all of it).
    """

    name: str
    line_id: str | None = None
    amount_minor: int | None = None
    reason: str | None = None


def take(connection: sqlite3.Connection, order_id: str, step: Step, now: datetime) -> None:
    """Take a step on an order and report it; raises UnknownOrder."""
    order = orders.find(connection, order_id)
    for line in orders.lines(connection, order_id, step.line_id):
        left = _amount_left(line, step)
        orders.change(connection, line, _status(line, step, left), left)
        message = _message(order, line, step, now)
        # Without a subid nobody sent the visitor: there is nothing to report to anybody.
        if order.subid is not None:
            deliveries.enqueue(connection, message, json.dumps(message, separators=(",", ":")), now)


def describe(connection: sqlite3.Connection, order_id: str) -> dict[str, Any]:
    """Answer an order with its lines and the postbacks about it; raises UnknownOrder."""
    order = orders.find(connection, order_id)
    return {
        "order_id": order.order_id,
        "store_id": order.store_id,
        "partner_id": order.partner_id,
        "subid": order.subid,
        "ordered_at": order.ordered_at,
        "lines": [_line(one) for one in orders.lines(connection, order_id)],
        "deliveries": [_delivery(one) for one in deliveries.of_order(connection, order_id)],
    }


def total_minor(lines: Sequence[dict[str, Any]]) -> int:
    """Answer the sum of an order's lines."""
    return sum(line["amount_minor"] for line in lines)


def _amount_left(line: Line, step: Step) -> int:
    if step.name == "return":
        return 0 if step.amount_minor is None else max(0, line.amount_minor - step.amount_minor)
    return line.amount_minor if step.amount_minor is None else step.amount_minor


def _status(line: Line, step: Step, left: int) -> str:
    if step.name == "amend" or (step.name == "return" and left):
        return line.status
    return STEPS[step.name]


def _message(order: Order, line: Line, step: Step, now: datetime) -> dict[str, Any]:
    amount = step.amount_minor if step.name == "return" else _amount_left(line, step)
    return {
        "order_id": order.order_id,
        "line_id": line.line_id,
        "action": "sale",
        "click_id": order.subid,
        "status": STEPS[step.name],
        "amount": None if amount is None else {"amount_minor": amount, "currency": line.currency},
        "category": line.category,
        "ordered_at": order.ordered_at,
        "status_at": as_text(now),
        "reason": step.reason,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "title": line.title,
        "category": line.category,
        "amount_minor": line.amount_minor,
        "currency": line.currency,
        "status": line.status,
    }


def _delivery(row: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = json.loads(row["answer"] or "null")
    except ValueError:
        answer = row["answer"]
    kept = ("delivery_id", "line_id", "says", "state", "attempts", "http_status", "made_at")
    return {name: row[name] for name in kept} | {"answer": answer}
