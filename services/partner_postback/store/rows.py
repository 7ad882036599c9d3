"""The rows of the tables, made of what was decided: their names are the columns'."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import asdict

from services.partner_postback.deciding import Deciding
from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Conversion
from services.partner_postback.formats.request import Code, RawRequest
from services.partner_postback.verdicts import Arrival, Held, Outcome, Taken

Row = dict[str, Any]


def of_batch(
    decided: Deciding, answered: Iterable[tuple[Arrival, Outcome]], pause: timedelta
) -> dict[str, list[Row]]:
    """Answer the rows of a batch by table: new ones, and `changed` conversions.

    `pause`: how long what is held now is left alone, unless it is woken.
    """
    # Several messages of a batch may change one conversion: each has its event, the last its row.
    # In the order of ids, as they are locked: two processes never wait for each other in a circle.
    last = {one.conversion_id: one for one in decided.changes}
    new = {one.conversion_id for one in decided.changes if one.version == 1}
    conversions = {key: _conversion(last[key], decided.now) for key in sorted(last)}
    return {
        "receipts": [_receipt(arrival, outcome) for arrival, outcome in answered],
        "conversions": [row for key, row in conversions.items() if key in new],
        "messages": [message_row(one) for one in decided.messages],
        "held": [_held(one, decided, pause) for one in decided.held],
        "cart_lines": [asdict(one) for one in decided.cart_lines],
        "changed": [row for key, row in conversions.items() if key not in new],
    }


def of_woken(decided: Deciding) -> list[Row]:
    """Answer the orders of which more is known now."""
    return [
        {"partner_id": partner_id, "order_id": order_id}
        for partner_id, order_id in sorted(decided.woken)
    ]


def of_verdict(outcome: Outcome) -> Row:
    """Answer what a receipt keeps of a verdict."""
    return asdict(outcome)


def of_reading(arrival: Arrival, outcome: Outcome) -> Row:
    """Answer what a receipt keeps of a verdict, and of how the request was read for it."""
    return {
        "format_version": arrival.format_version,
        "said": arrival.said if isinstance(arrival.said, Message) else None,
        **of_verdict(outcome),
    }


def message_row(taken: Taken) -> Row:
    """Answer the row of a message; its hash is of all it says, the same for ever."""
    content = msgspec.json.encode(taken.message)
    return {
        "subject_id": taken.subject_id,
        "content_hash": hashlib.sha256(content).hexdigest(),
        "receipt_id": taken.receipt_id,
        "content": msgspec.Raw(content),
    }


def content_of(request: RawRequest) -> tuple[str, str]:
    """Answer the query and the body of a request as the database writes them out."""
    return request.query.decode("latin-1"), "\\x" + request.body.hex()


def _receipt(arrival: Arrival, outcome: Outcome) -> Row:
    query, body = content_of(arrival.request)
    # A reused webhook-id stays with the request that had it first.
    is_reused = outcome.code == Code.WEBHOOK_ID_REUSED
    return {
        "partner_id": arrival.partner_id,
        "received_at": arrival.request.received_at,
        "format": arrival.request.format,
        "method": arrival.request.method,
        "query": query,
        "headers": dict(arrival.request.headers),
        "body": body,
        "transport_id": None if is_reused else arrival.transport_id,
        "source": arrival.request.source,
        "source_id": arrival.origin and arrival.origin.source_id,
        "row_number": arrival.origin and arrival.origin.row_number,
        **of_reading(arrival, outcome),
    }


def _conversion(conversion: Conversion, now: datetime) -> Row:
    row = asdict(conversion)
    state = asdict(row.pop("state"))
    # When it was first recorded is written with its first row alone.
    return {**row, **state, "changed_at": now, "recorded_at": now}


def _held(held: Held, decided: Deciding, pause: timedelta) -> Row:
    # It may have been decided before the batch went on to what it waits for: tried again at once.
    is_due = (held.partner_id, held.order_id) in decided.woken
    not_before = decided.now if is_due else decided.now + pause
    return {**asdict(held), "tried_at": decided.now, "is_due": is_due, "not_before": not_before}
