"""Decides, in memory, what becomes of each request of a batch: accepted, duplicate, held, refused.

A batch is decided in order of arrival, each request seeing what those before it changed, so that a
batch of any size gives the same verdicts as the same requests one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.partner_postback.domain import (
    Click,
    Conversion,
    ConversionState,
    Hold,
    Message,
    Store,
    attribute,
    conversion_id_of,
    exchange_rate,
    fold,
    is_too_large,
    opens,
)
from services.partner_postback.formats.request import RawRequest, Refused
from services.partner_postback.sentences import (
    WHAT_IT_DID,
    WHY_HELD,
    Effect,
    of_news,
    of_repeat,
)


class Verdict(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An authenticated request and what it says, or why that cannot be used."""

    receipt_id: UUID
    partner_id: str
    request: RawRequest
    said: Message | Refused
    transport_id: str | None = None  # the webhook-id, where the format has one


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one request, as its receipt keeps it."""

    receipt_id: UUID
    verdict: Verdict
    code: str
    detail: str
    field: str | None = None
    conversion_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a batch; its conversions are locked."""

    conversions: dict[UUID, Conversion]
    messages: dict[UUID, set[Message]]
    stores: Mapping[int, Store]
    exchange_rates: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that counts from now on, and the receipt of the request that brought it."""

    conversion_id: UUID
    receipt_id: UUID
    message: Message


@dataclass(frozen=True, slots=True)
class Held:
    """What a request waits for, so that it is found when that arrives."""

    receipt_id: UUID
    code: Hold
    partner_id: str
    store_number: int | None
    currency: str | None
    conversion_id: UUID
    since: datetime


@dataclass(slots=True)
class Deciding:
    """A batch being decided: what is known, and what is to be written in the end."""

    known: Known
    clicks: Mapping[str, Click | None]
    now: datetime
    changes: list[Conversion] = field(default_factory=list)
    messages: list[Taken] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def take(self, arrival: Arrival) -> Outcome:
        """Decide on what a request says."""
        if isinstance(arrival.said, Refused):
            return refused(arrival, arrival.said)
        conversion_id = conversion_id_of(arrival.partner_id, arrival.said)
        before = self.known.conversions.get(conversion_id)
        hold = self._why_not_yet(arrival.partner_id, arrival.said, before)
        if hold is not None:
            self._hold(arrival, arrival.said, conversion_id, hold)
            return Outcome(arrival.receipt_id, Verdict.HELD, hold, WHY_HELD[hold])
        verdict, code, why = self._take_in(arrival, arrival.said, conversion_id, before)
        return Outcome(arrival.receipt_id, verdict, code, why, conversion_id=conversion_id)

    def _why_not_yet(
        self, partner_id: str, message: Message, before: Conversion | None
    ) -> Hold | None:
        if before is not None:
            return _conflict(message, before)
        if not opens(message):
            return Hold.UNKNOWN_ORDER
        click = self._click(message)
        store = self.known.stores.get(click.store_number) if click else None
        hold = attribute(message, click, store, partner_id)
        return hold or _not_counted(message, self._exchange_rate(message))

    def _hold(self, arrival: Arrival, message: Message, conversion_id: UUID, hold: Hold) -> None:
        click = self._click(message)
        held = Held(
            receipt_id=arrival.receipt_id,
            code=hold,
            partner_id=arrival.partner_id,
            store_number=click.store_number if click else None,
            currency=message.amount.currency if message.amount else None,
            conversion_id=conversion_id,
            since=arrival.request.received_at,
        )
        self.held.append(held)

    def _take_in(
        self, arrival: Arrival, message: Message, conversion_id: UUID, before: Conversion | None
    ) -> tuple[Verdict, str, str]:
        said = self.known.messages.setdefault(conversion_id, set())
        if message in said:
            assert before is not None
            return Verdict.DUPLICATE, *of_repeat(message, before.state)
        said.add(message)
        self.messages.append(Taken(conversion_id, arrival.receipt_id, message))
        state = fold(said)
        if before is None:
            effect = Effect.RECORDED
            self._change(self._first(arrival, message, conversion_id, state))
        elif state == before.state:
            effect = Effect.UNCHANGED
        else:
            effect = Effect.CHANGED
            version, receipt_id = before.version + 1, arrival.receipt_id
            self._change(replace(before, state=state, version=version, receipt_id=receipt_id))
        return Verdict.ACCEPTED, *of_news(effect, message, state)

    def _change(self, after: Conversion) -> None:
        self.known.conversions[after.conversion_id] = after
        self.changes.append(after)

    def _first(
        self, arrival: Arrival, message: Message, conversion_id: UUID, state: ConversionState
    ) -> Conversion:
        click, rate_micro = self._click(message), self._exchange_rate(message)
        assert click is not None
        assert message.click_id is not None
        assert message.amount is not None
        assert rate_micro is not None
        return Conversion(
            conversion_id=conversion_id,
            partner_id=arrival.partner_id,
            order_id=message.order_id,
            line_id=message.line_id,
            action=message.action,
            store_id=self.known.stores[click.store_number].store_id,
            member_id=click.member_id,
            click_id=message.click_id,
            clicked_at=click.clicked_at,
            currency=message.amount.currency,
            rate_micro=rate_micro,
            state=state,
            version=1,
            receipt_id=arrival.receipt_id,
        )

    def _click(self, message: Message) -> Click | None:
        return self.clicks[message.click_id] if message.click_id else None

    def _exchange_rate(self, message: Message) -> int | None:
        assert message.amount is not None
        return exchange_rate(message.amount.currency, self.known.exchange_rates)


def refused(arrival: Arrival, why: Refused) -> Outcome:
    """Answer the refusal of a request."""
    return Outcome(arrival.receipt_id, Verdict.REFUSED, why.code, str(why), why.field)


def redelivered(first: Outcome) -> Outcome:
    """Answer a webhook-id whose message was accepted before."""
    effect = Effect.REDELIVERED
    return replace(first, verdict=Verdict.DUPLICATE, code=effect, detail=WHAT_IT_DID[effect])


def _conflict(message: Message, before: Conversion) -> Hold | None:
    if message.click_id and message.click_id != before.click_id:
        return Hold.OTHER_CLICK
    if message.amount and message.amount.currency != before.currency:
        return Hold.OTHER_CURRENCY
    return _not_counted(message, before.rate_micro)


def _not_counted(message: Message, rate_micro: int | None) -> Hold | None:
    if rate_micro is None:
        return Hold.NO_RATE
    if message.amount and is_too_large(message.amount, rate_micro):
        return Hold.AMOUNT_TOO_LARGE
    return None
