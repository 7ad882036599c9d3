"""What happens to a batch of authenticated requests: each its verdict, all in one transaction.

Set-based: read what the batch is about, decide in memory, write each table once, never commit.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain import Message, conversion_id_of
from services.partner_postback.events import conversion_changed
from services.partner_postback.formats.request import Code, Refused
from services.partner_postback.store import batches
from services.partner_postback.verdicts import (
    Arrival,
    Deciding,
    Outcome,
    Verdict,
    redelivered,
    refused,
)
from shared import event_log
from shared.clock import Clock
from shared.database import raw


def record(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, clock: Clock
) -> list[Outcome]:
    """Decide and keep new requests; raises batches.Overtaken when another process was first."""
    batch = _begin(connection, arrivals, clicks, clock())
    outcomes, receipts = [], []
    for arrival in arrivals:
        key = (arrival.partner_id, arrival.transport_id or "")
        outcome = _again(arrival, batch.known.receipts.get(key)) or batch.take(arrival)
        if outcome.receipt_id == arrival.receipt_id:
            receipts.append(_receipt(arrival, outcome))
            if arrival.transport_id:
                batch.known.receipts.setdefault(key, _first(arrival, outcome))
        outcomes.append(outcome)
    _write(connection, batch, receipts)
    return outcomes


def retry(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, clock: Clock
) -> list[Outcome]:
    """Decide again on requests that were held; their receipts learn the new verdict."""
    batch = _begin(connection, arrivals, clicks, clock())
    outcomes = [batch.take(arrival) for arrival in arrivals]
    batches.give_verdicts(raw(connection), map(_verdict, outcomes))
    _write(connection, batch, [])
    return outcomes


def _begin(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, now: datetime
) -> Deciding:
    said = [(one.partner_id, one.said) for one in arrivals if isinstance(one.said, Message)]
    opened = {one.click_id: clicks.open(one.click_id) for _, one in said if one.click_id}
    wanted = batches.Wanted(
        conversion_ids=sorted({conversion_id_of(*one) for one in said}),
        transports=[(one.partner_id, one.transport_id) for one in arrivals if one.transport_id],
        store_numbers=list({click.store_number for click in opened.values() if click}),
        currencies=list({one.amount.currency for _, one in said if one.amount}),
        now=now,
    )
    return Deciding(batches.load(raw(connection), wanted), opened, now)


def _write(connection: Connection, batch: Deciding, receipts: Sequence[batches.Row]) -> None:
    # Several messages of a batch may change one conversion: each has its event, the last its row.
    # In the order of ids, as they are locked: two processes never wait for each other in a circle.
    last = {one.conversion_id: one for one in batch.changes}
    new = {one.conversion_id for one in batch.changes if one.version == 1}
    rows = {key: batches.row_of(last[key], batch.now) for key in sorted(last)}
    written = {
        "receipts": receipts,
        "conversions": [row for key, row in rows.items() if key in new],
        "messages": batch.messages,
        "held": batch.held,
        "changed": [row for key, row in rows.items() if key not in new],
    }
    batches.write(raw(connection), written)
    event_log.add(connection, [conversion_changed(one, batch.now) for one in batch.changes])


def _again(arrival: Arrival, first: batches.KnownReceipt | None) -> Outcome | None:
    """Answer a transport id that was here before; None when it is new."""
    if first is None:
        return None
    if _content(arrival) != (first.query, first.body):
        why = f"This webhook-id came before with other content: receipt {first.receipt_id}."
        return refused(arrival, Refused(Code.WEBHOOK_ID_REUSED, why, "webhook-id"))
    outcome = Outcome(
        receipt_id=first.receipt_id,
        verdict=Verdict(first.verdict),
        code=first.code,
        detail=first.detail,
        field=first.field,
        conversion_id=first.conversion_id,
    )
    return redelivered(outcome) if outcome.verdict is Verdict.ACCEPTED else outcome


def _first(arrival: Arrival, outcome: Outcome) -> batches.KnownReceipt:
    query, body = _content(arrival)
    assert arrival.transport_id is not None
    return batches.KnownReceipt(
        partner_id=arrival.partner_id,
        transport_id=arrival.transport_id,
        query=query,
        body=body,
        **_verdict(outcome),
    )


def _content(arrival: Arrival) -> tuple[str, str]:
    return arrival.request.query.decode("latin-1"), "\\x" + arrival.request.body.hex()


def _receipt(arrival: Arrival, outcome: Outcome) -> batches.Row:
    query, body = _content(arrival)
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
        **_verdict(outcome),
    }


def _verdict(outcome: Outcome) -> batches.Row:
    return {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
