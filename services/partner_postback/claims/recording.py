"""An accepted claim as a message of its partner's, so that it is decided like any other: pure.

It is written in our own format, so that what is held is read again as every other request is.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.partner_postback import formats
from services.partner_postback.domain.attribution import CLAIM
from services.partner_postback.formats.request import RECORD, RawRequest, Source
from services.partner_postback.verdicts import Arrival
from shared.schemas import rfc3339

FORMAT = "signed"


class Accepted(Struct, frozen=True):
    """A claim that was accepted, and is to be recorded."""

    claim_id: UUID
    partner_id: str
    member_id: UUID
    click_id: str | None
    order_id: str
    ordered_at: datetime
    amount_minor: int
    currency: str
    accepted_minor: int | None
    changed_at: datetime


class Line(Struct, frozen=True):
    """A recorded line of the order."""

    line_id: str
    action: str
    member_id: UUID
    currency: str


def arrival_of(claim: Accepted, lines: Sequence[Line], receipt_id: UUID, now: datetime) -> Arrival:
    """Answer the request that records an accepted claim; the claim's id is its transport id.

    An order of which its store reported something is approved as it is: its one line, or all of
    them, with what was reported unless a clerk or the partner said another sum. Any other is a
    purchase of one line, `claim`, approved. Example: of an order that was never reported, claimed
    with 1 099.00 rubles and a click, comes a conversion of 1 099.00; reported with 999.00 and
    claimed with 1 099.00, it is one of 999.00.
    """
    request = RawRequest(FORMAT, RECORD, b"", _body(claim, lines), now, source=Source.CLAIM)
    said = formats.read_or_refuse(request, formats.built_in()[FORMAT])
    return Arrival(receipt_id, claim.partner_id, request, said, transport_id=str(claim.claim_id))


def _body(claim: Accepted, lines: Sequence[Line]) -> bytes:
    message: dict[str, Any] = {
        "order_id": claim.order_id,
        "status": "approved",
        "status_at": rfc3339(claim.changed_at),
    }
    own = [one for one in lines if one.member_id == claim.member_id]
    if own:
        message |= _of_reported(claim, own)
    else:
        message |= {
            "line_id": CLAIM,
            "action": CLAIM,
            "click_id": claim.click_id,
            "ordered_at": rfc3339(claim.ordered_at),
            "amount": _amount(claim.accepted_minor or claim.amount_minor, claim.currency),
        }
    return json.dumps(message, sort_keys=True).encode()


def _of_reported(claim: Accepted, lines: Sequence[Line]) -> dict[str, Any]:
    """Name the one line, or the whole order; of which line a sum is a clerk must then say."""
    first = lines[0]
    named = {"action": first.action, "line_id": first.line_id if len(lines) == 1 else ""}
    if claim.accepted_minor is None:
        return named
    return {**named, "amount": _amount(claim.accepted_minor, claim.currency)}


def _amount(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": currency}
