"""What partners are told: each change a message of its own, made in the change's transaction.

Messages may arrive twice, and in another order: the webhook-id tells repeats, and a conversion's
`version` which of two is newer.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Conversion
from services.partner_postback.events import conversion_changed
from services.partner_postback.formats.request import Source
from services.partner_postback.verdicts import Arrival, Outcome, Verdict
from services.partner_postback.webhooks.endpoint import EventType, Listeners
from shared.schemas import rfc3339

# A member is nobody of the partner's.
_NOT_TOLD = "member_id"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a partner; its id is its webhook-id at every try."""

    delivery_id: str
    partner_id: str
    type: EventType
    payload: dict[str, Any]


def of_changes(
    listeners: Listeners,
    changes: Iterable[Conversion],
    decided: Sequence[tuple[Arrival, Outcome]],
    now: datetime,
) -> Iterator[Delivery]:
    """Answer what to tell of changed conversions, and of requests that were held before."""
    for one in changes:
        if EventType.CONVERSION_CHANGED in listeners.get(one.partner_id, ()):
            yield _delivery(one.partner_id, EventType.CONVERSION_CHANGED, _changed(one, now), now)
    for arrival, outcome in decided:
        listens = EventType.RECEIPT_DECIDED in listeners.get(arrival.partner_id, ())
        if listens and _is_decided(arrival, outcome):
            data = _decided(arrival, outcome)
            yield _delivery(arrival.partner_id, EventType.RECEIPT_DECIDED, data, now)


def of_claim(claim: Mapping[str, Any], now: datetime) -> Delivery:
    """Answer what to tell of a member's claim, so that its partner can look for the purchase."""
    data = {
        "claim_id": str(claim["claim_id"]),
        "store_id": claim["store_id"],
        "click_id": claim["click_id"],
        "conversion_id": claim["conversion_id"] and str(claim["conversion_id"]),
        "order_id": claim["order_id"],
        "ordered_at": rfc3339(claim["ordered_at"]),
        "amount": {"amount_minor": claim["amount_minor"], "currency": claim["currency"]},
        "answer_by": rfc3339(claim["partner_by"]),
    }
    return _delivery(claim["partner_id"], EventType.CLAIM_SENT, data, now)


def _delivery(partner_id: str, kind: EventType, data: dict[str, Any], now: datetime) -> Delivery:
    payload = {"type": kind.value, "timestamp": rfc3339(now), "data": data}
    return Delivery(f"msg_{random.getrandbits(128):032x}", partner_id, kind, payload)


def _is_decided(arrival: Arrival, outcome: Outcome) -> bool:
    return outcome.verdict is not Verdict.HELD and arrival.request.source is Source.PUSH


def _changed(conversion: Conversion, now: datetime) -> dict[str, Any]:
    said = conversion_changed(conversion, now).data
    told = {name: value for name, value in said.items() if name != _NOT_TOLD}
    return {**told, "version": conversion.version, "changed_at": rfc3339(now)}


def _decided(arrival: Arrival, outcome: Outcome) -> dict[str, Any]:
    said = arrival.said
    return {
        "receipt_id": str(outcome.receipt_id),
        "received_at": rfc3339(arrival.request.received_at),
        "format": arrival.request.format,
        "transport_id": arrival.transport_id,
        "order_id": said.order_id if isinstance(said, Message) else None,
        "line_id": said.line_id if isinstance(said, Message) else None,
        "action": said.action if isinstance(said, Message) else None,
        "verdict": outcome.verdict.value,
        "code": outcome.code,
        "detail": outcome.detail,
        "field": outcome.field,
        "conversion_id": outcome.conversion_id and str(outcome.conversion_id),
    }
