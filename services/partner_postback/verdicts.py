"""What becomes of a request, accepted, duplicate, held or refused, and what is kept of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.domain.fraud import Suspicion
from services.partner_postback.formats.request import RawRequest, Refused
from services.partner_postback.sentences import WHAT_IT_DID, WHY_HELD, Effect


class Verdict(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class Origin(Struct, frozen=True):
    """The file or the pull that a message came with, and its place there, from 1."""

    source_id: UUID
    row_number: int


class Arrival(Struct, frozen=True):
    """An authenticated request and what it says, or why that cannot be used.

    `waived`: what a clerk has looked at and let pass.
    """

    receipt_id: UUID
    partner_id: str
    request: RawRequest
    said: Message | Refused
    transport_id: str | None = None  # the webhook-id, where the format has one
    format_version: str = ""
    origin: Origin | None = None
    waived: frozenset[Hold] = frozenset()


class Outcome(Struct, frozen=True):
    """The verdict on one request, as its receipt keeps it; `rule`: the fraud rule that held it."""

    receipt_id: UUID
    verdict: Verdict
    code: str
    detail: str
    field: str | None = None
    conversion_id: UUID | None = None
    rule: str | None = None


class Taken(Struct, frozen=True):
    """A message that counts from now on, and the receipt of the request that brought it.

    `subject_id`: the conversion that it is about, or the order.
    """

    subject_id: UUID
    receipt_id: UUID
    message: Message


class CartLine(Struct, frozen=True):
    """A line of a cart, seen for the first time."""

    partner_id: str
    order_id: str
    line_id: str
    lines: int


class Held(Struct, frozen=True):
    """What a request waits for, so that it is found when that arrives."""

    receipt_id: UUID
    code: Hold
    partner_id: str
    order_id: str
    store_number: int | None
    currency: str | None
    conversion_id: UUID
    since: datetime
    waived: Sequence[Hold]
    rule: str | None


def refused(arrival: Arrival, why: Refused) -> Outcome:
    """Answer the refusal of a request."""
    return Outcome(arrival.receipt_id, Verdict.REFUSED, why.code, str(why), why.field)


def held(arrival: Arrival, hold: Hold, suspicion: Suspicion | None = None) -> Outcome:
    """Answer that a request waits, and where a rule holds it, which one and what it saw."""
    outcome = Outcome(arrival.receipt_id, Verdict.HELD, hold, WHY_HELD[hold])
    if suspicion is None:
        return outcome
    why = f"{outcome.detail} {suspicion.rule}: {suspicion.why}"
    return replace(outcome, detail=why, rule=suspicion.rule)


def redelivered(first: Outcome) -> Outcome:
    """Answer a webhook-id whose message was accepted before."""
    effect = Effect.REDELIVERED
    return replace(first, verdict=Verdict.DUPLICATE, code=effect, detail=WHAT_IT_DID[effect])
