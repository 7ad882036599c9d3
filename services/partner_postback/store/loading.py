"""The hot path's reading: a whole batch is locked by one statement and read by another.

What is read comes back as one JSON document: most of a statement's price is paid for sending it,
however small it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from services.partner_postback.domain.algebra import ConversionState, Message, Status
from services.partner_postback.domain.attribution import Conversion, Store, order_id_of
from services.partner_postback.known import Cart, Known, OrderKey

Raw = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keys of everything that a batch needs to know.

    `orders`: all that it is about; `whole_orders`: those of which it needs every line.
    """

    conversion_ids: Sequence[UUID]
    orders: Sequence[OrderKey]
    whole_orders: Sequence[OrderKey]
    carts: Sequence[OrderKey]
    transports: Sequence[tuple[str, str]]
    store_numbers: Sequence[int]
    currencies: Sequence[str]
    senders: Sequence[str]
    now: datetime


class KnownReceipt(msgspec.Struct, frozen=True):
    """What a webhook-id was answered when it came first; the body is in hexadecimal."""

    receipt_id: UUID
    partner_id: str
    transport_id: str
    query: str
    body: str
    verdict: str
    code: str
    detail: str
    field: str | None
    conversion_id: UUID | None
    rule: str | None


# By partner and webhook-id.
Receipts = dict[tuple[str, str], KnownReceipt]


class _KnownMessage(msgspec.Struct, frozen=True):
    subject_id: UUID
    content: Message


class _KnownConversion(msgspec.Struct, frozen=True):
    conversion_id: UUID
    partner_id: str
    order_id: str
    line_id: str
    action: str
    store_id: str
    member_id: UUID
    click_id: str
    clicked_at: datetime
    currency: str
    rate_micro: int
    version: int
    receipt_id: UUID
    status: Status
    paid_minor: int
    category: str | None
    ordered_at: datetime
    reason: str | None


class _KnownCartLine(msgspec.Struct, frozen=True):
    partner_id: str
    order_id: str
    line_id: str
    lines: int


class _KnownStore(msgspec.Struct, frozen=True):
    number: int
    store: Store


class _Loaded(msgspec.Struct, frozen=True):
    conversions: list[_KnownConversion]
    messages: list[_KnownMessage]
    cart_lines: list[_KnownCartLine]
    receipts: list[KnownReceipt]
    stores: list[_KnownStore]
    exchange_rates: dict[str, int]
    listeners: dict[str, list[str]]


# One order is decided by one process at a time: its lines, and what is said of all of them. The
# lock is a statement of its own: what is read after it is what the last holder left.
_LOCK = "SELECT pg_advisory_xact_lock(place) FROM unnest(%s::bigint[]) AS place"
_LOAD = """
WITH lines AS (
    SELECT * FROM conversions WHERE conversion_id = ANY(%(conversion_ids)s)
    UNION
    SELECT conversions.* FROM conversions
    JOIN unnest(%(whole_partner_ids)s::text[], %(whole_order_ids)s::text[])
         AS wanted (partner_id, order_id) USING (partner_id, order_id)
)
SELECT json_build_object(
    'conversions', (SELECT coalesce(json_agg(lines), '[]') FROM lines),
    'messages', (
        SELECT coalesce(json_agg(json_build_object(
            'subject_id', subject_id, 'content', content)), '[]')
        FROM messages
        -- An array is looked up in the index, whatever the planner believes of a young table.
        WHERE subject_id = ANY(
            %(subject_ids)s::uuid[] || ARRAY(SELECT conversion_id FROM lines))),
    'cart_lines', (
        SELECT coalesce(json_agg(cart_lines), '[]') FROM cart_lines
        JOIN unnest(%(cart_partner_ids)s::text[], %(cart_order_ids)s::text[])
             AS wanted (partner_id, order_id) USING (partner_id, order_id)),
    'receipts', (
        SELECT coalesce(json_agg(known), '[]') FROM (
            SELECT receipt_id, partner_id, transport_id, query, body::text AS body,
                   verdict, code, detail, field, conversion_id, rule
            FROM receipts
            WHERE (partner_id, transport_id) IN (
                SELECT * FROM unnest(%(partner_ids)s::text[], %(transport_ids)s::text[]))
        ) AS known),
    'stores', (
        SELECT coalesce(json_agg(json_build_object('number', number, 'store', known)), '[]') FROM (
            SELECT number, store_id, attribution_days, partner_id || ARRAY(
                SELECT partners.partner_id FROM partners
                WHERE stores.store_id = ANY (partners.stores)
            ) AS reporters
            FROM stores WHERE number = ANY(%(store_numbers)s)
        ) AS known),
    'exchange_rates', (
        SELECT coalesce(json_object_agg(currency, rate_micro), '{}') FROM (
            SELECT DISTINCT ON (currency) currency, rate_micro, valid_until FROM rates
            WHERE currency = ANY(%(currencies)s) AND valid_from <= %(now)s
            ORDER BY currency, valid_from DESC
        ) AS newest WHERE valid_until IS NULL OR valid_until > %(now)s),
    'listeners', (
        SELECT coalesce(json_object_agg(partner_id, events), '{}') FROM webhook_endpoints
        WHERE partner_id = ANY(%(senders)s) AND disabled_at IS NULL)
)::text
"""
_loaded = msgspec.json.Decoder(_Loaded)


def lock_orders(raw: Raw, orders: Iterable[OrderKey]) -> None:
    """Let nobody else decide on these orders until the transaction ends; twice does no harm."""
    raw.execute(_LOCK, (sorted({_place(order_id_of(*order)) for order in orders}),))


def load(raw: Raw, wanted: Wanted) -> tuple[Known, Receipts]:
    """Lock the orders of a batch and read what it is about, and its webhook-ids' first receipts."""
    lock_orders(raw, wanted.orders)
    order_ids = [order_id_of(*order) for order in wanted.orders]
    whole, carts = _columns(wanted.whole_orders), _columns(wanted.carts)
    transports = _columns(wanted.transports)
    asked = {
        "conversion_ids": list(wanted.conversion_ids),
        "subject_ids": [*wanted.conversion_ids, *order_ids],
        "whole_partner_ids": whole[0],
        "whole_order_ids": whole[1],
        "cart_partner_ids": carts[0],
        "cart_order_ids": carts[1],
        "partner_ids": transports[0],
        "transport_ids": transports[1],
        "store_numbers": list(wanted.store_numbers),
        "currencies": list(wanted.currencies),
        "senders": list(wanted.senders),
        "now": wanted.now,
    }
    row = raw.execute(_LOAD, asked).fetchone()
    assert row is not None
    loaded = _loaded.decode(row[0])
    return _known(loaded), {(one.partner_id, one.transport_id): one for one in loaded.receipts}


def _known(loaded: _Loaded) -> Known:
    messages: dict[UUID, set[Message]] = {}
    for one in loaded.messages:
        messages.setdefault(one.subject_id, set()).add(one.content)
    carts: dict[OrderKey, Cart] = {}
    for line in loaded.cart_lines:
        cart = carts.setdefault((line.partner_id, line.order_id), Cart())
        cart.seen.add(line.line_id)
        cart.lines = max(cart.lines, line.lines)
    return Known(
        conversions={row.conversion_id: _conversion(row) for row in loaded.conversions},
        messages=messages,
        stores={one.number: one.store for one in loaded.stores},
        exchange_rates=loaded.exchange_rates,
        carts=carts,
        listeners=loaded.listeners,
    )


def _conversion(row: _KnownConversion) -> Conversion:
    state = ConversionState(row.status, row.paid_minor, row.category, row.ordered_at, row.reason)
    fixed = {
        name: getattr(row, name) for name in Conversion.__dataclass_fields__ if name != "state"
    }
    return Conversion(**fixed, state=state)


def _place(order_id: UUID) -> int:
    return int.from_bytes(order_id.bytes[:8], "big", signed=True)


def _columns(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [one for one, _ in pairs], [other for _, other in pairs]
