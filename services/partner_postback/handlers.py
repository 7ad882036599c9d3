"""What happens to a batch of authenticated requests: each its verdict, all in one transaction.

Set-based: read what the batch is about, decide in memory, write each table once, never commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.partner_postback.click_id import ClickIds
from services.partner_postback.deciding import Deciding
from services.partner_postback.domain.algebra import Message, names_no_line, opens
from services.partner_postback.domain.attribution import (
    CLAIM,
    Click,
    OrderKey,
    claim_line_of,
    conversion_id_of,
)
from services.partner_postback.events import conversion_changed
from services.partner_postback.formats.request import Code, Refused
from services.partner_postback.store import batches, loading
from services.partner_postback.store.access import webhooks as webhook_queries
from services.partner_postback.store.holds import histories
from services.partner_postback.store.holds.histories import Around
from services.partner_postback.store.loaded import KnownReceipt, Receipts
from services.partner_postback.store.rows import content_of, of_verdict
from services.partner_postback.verdicts import (
    Arrival,
    Outcome,
    Verdict,
    redelivered,
    refused,
)
from services.partner_postback.webhooks import news
from shared import event_log
from shared.clock import Clock
from shared.database import raw

# What was tried in vain is not tried every second while its cause looks as if it had just changed.
_PAUSE = timedelta(seconds=15)


def record(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, clock: Clock
) -> list[Outcome]:
    """Decide and keep new requests; raises batches.Overtaken when another process was first."""
    batch, receipts = _begin(connection, arrivals, clicks, clock())
    outcomes, answered = [], []
    for arrival in arrivals:
        key = (arrival.partner_id, arrival.transport_id or "")
        outcome = _again(arrival, receipts.get(key)) or batch.take(arrival)
        if outcome.receipt_id == arrival.receipt_id:
            answered.append((arrival, outcome))
            if arrival.transport_id:
                receipts.setdefault(key, _first(arrival, outcome))
        outcomes.append(outcome)
    _write(connection, batch, answered)
    _tell_partners(connection, batch, [])
    return outcomes


def retry(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, clock: Clock
) -> list[Outcome]:
    """Decide again on requests that were held; their receipts learn the new verdict."""
    batch, _ = _begin(connection, arrivals, clicks, clock())
    outcomes = [batch.take(arrival) for arrival in arrivals]
    batches.give_verdicts(raw(connection), list(zip(arrivals, outcomes, strict=True)))
    _write(connection, batch, [], _PAUSE)
    _tell_partners(connection, batch, list(zip(arrivals, outcomes, strict=True)))
    return outcomes


def refuse(
    connection: Connection, arrival: Arrival, why: str, clicks: ClickIds, clock: Clock
) -> Outcome:
    """Give up on a request that was held, as a clerk says."""
    batch, _ = _begin(connection, [arrival], clicks, clock())
    decided = [(arrival, refused(arrival, Refused(Code.REFUSED_BY_CLERK, why)))]
    batches.give_verdicts(raw(connection), decided)
    _tell_partners(connection, batch, decided)
    return decided[0][1]


def _begin(
    connection: Connection, arrivals: Sequence[Arrival], clicks: ClickIds, now: datetime
) -> tuple[Deciding, Receipts]:
    said = [(one.partner_id, one.said) for one in arrivals if isinstance(one.said, Message)]
    opened = {one.click_id: clicks.open(one.click_id) for _, one in said if one.click_id}
    wanted = loading.Wanted(
        conversion_ids=list(_conversion_ids(said)),
        orders=list({_order(*one) for one in said}),
        whole_orders=list({_order(*one) for one in said if _needs_every_line(one[1])}),
        carts=list({_order(*one) for one in said if _may_tell_of_cart(one[1])}),
        transports=[(one.partner_id, one.transport_id) for one in arrivals if one.transport_id],
        store_numbers=list({click.store_number for click in opened.values() if click}),
        currencies=list({one.amount.currency for _, one in said if one.amount}),
        named=list(_named([message for _, message in said], opened)),
        senders=list({one.partner_id for one in arrivals}),
        now=now,
    )
    known, receipts = loading.load(raw(connection), wanted)
    received_at = [one.request.received_at for one in arrivals]
    member_ids = {click.member_id for click in opened.values() if click}
    histories.learn(raw(connection), known, Around(wanted.orders, member_ids, received_at))
    return Deciding(known, opened, now), receipts


def _conversion_ids(said: Sequence[tuple[str, Message]]) -> set[UUID]:
    """Answer what messages are about and, where one may open it, whether a claim did so before."""
    wanted = {conversion_id_of(*one) for one in said}
    return wanted | {claim_line_of(who, one.order_id) for who, one in said if opens(one)}


def _needs_every_line(message: Message) -> bool:
    return names_no_line(message) or message.action == CLAIM


def _named(
    messages: Iterable[Message], opened: Mapping[str, Click | None]
) -> Iterable[tuple[str, Click, str]]:
    for message in messages:
        click = opened.get(message.click_id or "")
        if message.click_id and message.category and click:
            yield message.click_id, click, message.category


def _order(partner_id: str, message: Message) -> OrderKey:
    return partner_id, message.order_id


def _may_tell_of_cart(message: Message) -> bool:
    return message.lines is not None or names_no_line(message)


def _write(
    connection: Connection,
    batch: Deciding,
    answered: Sequence[tuple[Arrival, Outcome]],
    pause: timedelta = timedelta(0),
) -> None:
    batches.write(raw(connection), batch, answered, pause)
    event_log.add(connection, [conversion_changed(one, batch.now) for one in batch.changes])


def _tell_partners(
    connection: Connection, batch: Deciding, decided: Sequence[tuple[Arrival, Outcome]]
) -> None:
    """Queue what partners want to be told; `decided`: what was held before."""
    if listeners := batch.known.listeners:
        told = news.of_changes(listeners, batch.changes, decided, batch.now)
        webhook_queries.add(connection, list(told), batch.now)


def _again(arrival: Arrival, first: KnownReceipt | None) -> Outcome | None:
    """Answer a webhook-id that was here before; None when it is new."""
    if first is None:
        return None
    if content_of(arrival.request) != (first.query, first.body):
        why = f"This webhook-id came before with other content: receipt {first.receipt_id}."
        return refused(arrival, Refused(Code.WEBHOOK_ID_REUSED, why, "webhook-id"))
    outcome = Outcome(
        receipt_id=first.receipt_id,
        verdict=Verdict(first.verdict),
        code=first.code,
        detail=first.detail,
        field=first.field,
        conversion_id=first.conversion_id,
        rule=first.rule,
    )
    return redelivered(outcome) if outcome.verdict is Verdict.ACCEPTED else outcome


def _first(arrival: Arrival, outcome: Outcome) -> KnownReceipt:
    query, body = content_of(arrival.request)
    assert arrival.transport_id is not None
    return KnownReceipt(
        partner_id=arrival.partner_id,
        transport_id=arrival.transport_id,
        query=query,
        body=body,
        **of_verdict(outcome),
    )
