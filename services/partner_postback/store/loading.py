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

from services.partner_postback.domain.attribution import Click, OrderKey, order_id_of
from services.partner_postback.known import Known
from services.partner_postback.store.loaded import Loaded, Receipts, known_of
from shared.arrays import array

Raw = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keys of everything that a batch needs to know.

    `orders`: all that it is about; `whole_orders`: those of which it needs every line; `named`:
    click ids, opened, with the categories of goods that their messages name.
    """

    conversion_ids: Sequence[UUID]
    orders: Sequence[OrderKey]
    whole_orders: Sequence[OrderKey]
    carts: Sequence[OrderKey]
    transports: Sequence[tuple[str, str]]
    store_numbers: Sequence[int]
    currencies: Sequence[str]
    named: Sequence[tuple[str, Click, str]]
    senders: Sequence[str]
    now: datetime


# One order is decided by one process at a time: its lines, and what is said of all of them. The
# lock is a statement of its own: what is read after it is what the last holder left.
_LOCK = "SELECT pg_advisory_xact_lock(place) FROM unnest(%s::bigint[]) AS place"
_LOAD = """
WITH lines AS (
    SELECT * FROM conversions WHERE conversion_id = ANY(%(conversion_ids)s::uuid[])
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
        -- Of orders, and of lines that are recorded: of any other there are none. An array is
        -- looked up in the index, whatever the planner believes of a young table.
        WHERE subject_id = ANY(
            %(order_subjects)s::uuid[] || ARRAY(SELECT conversion_id FROM lines))),
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
            SELECT number, store_id, attribution_days, status = 'paused' AS is_paused,
                   partner_id || ARRAY(
                SELECT partners.partner_id FROM partners
                WHERE stores.store_id = ANY (partners.stores)
            ) AS reporters
            FROM stores WHERE number = ANY(%(store_numbers)s::bigint[])
        ) AS known),
    'exchange_rates', (
        SELECT coalesce(json_object_agg(currency, rate_micro), '{}') FROM (
            SELECT DISTINCT ON (currency) currency, rate_micro, valid_until FROM rates
            WHERE currency = ANY(%(currencies)s::text[]) AND valid_from <= %(now)s
            ORDER BY currency, valid_from DESC
        ) AS newest WHERE valid_until IS NULL OR valid_until > %(now)s),
    'listeners', (
        SELECT coalesce(json_object_agg(partner_id, events), '{}') FROM webhook_endpoints
        WHERE partner_id = ANY(%(senders)s::text[]) AND disabled_at IS NULL),
    'caps', (
        SELECT coalesce(json_object_agg(store_id, order_cap_rubles), '{}') FROM stores
        WHERE order_cap_rubles IS NOT NULL AND (
            number = ANY(%(store_numbers)s::bigint[]) OR store_id IN (SELECT store_id FROM lines))),
    'unnamed', (
        SELECT coalesce(json_agg(json_build_array(click_id, category)), '[]') FROM unnest(
            %(click_ids)s::text[], %(clicked_stores)s::bigint[], %(clicked_at)s::timestamptz[],
            %(categories)s::text[]) AS asked (click_id, clicked_store, clicked_at, category)
        WHERE EXISTS (
            SELECT FROM store_terms AS terms
            WHERE terms.number = clicked_store AND valid_from <= clicked_at
              AND (valid_to IS NULL OR clicked_at < valid_to)
              AND terms.categories <> '{}' AND category <> ALL (terms.categories))),
    'rules', (
        SELECT coalesce(json_agg(fraud_rules), '[]') FROM fraud_rules
        WHERE is_on AND (valid_from IS NULL OR valid_from <= %(now)s)
          AND (valid_until IS NULL OR valid_until > %(now)s))
)::text
"""
_loaded = msgspec.json.Decoder(Loaded)


def lock_orders(raw: Raw, orders: Iterable[OrderKey]) -> None:
    """Let nobody else decide on these orders until the transaction ends; twice does no harm."""
    raw.execute(_LOCK, (array(sorted({_place(order_id_of(*order)) for order in orders})),))


def load(raw: Raw, wanted: Wanted) -> tuple[Known, Receipts]:
    """Lock the orders of a batch and read what it is about, and its webhook-ids' first receipts."""
    lock_orders(raw, wanted.orders)
    whole, carts = columns(wanted.whole_orders), columns(wanted.carts)
    transports = columns(wanted.transports)
    asked = {
        "conversion_ids": wanted.conversion_ids,
        "order_subjects": [order_id_of(*order) for order in wanted.orders],
        "whole_partner_ids": whole[0],
        "whole_order_ids": whole[1],
        "cart_partner_ids": carts[0],
        "cart_order_ids": carts[1],
        "partner_ids": transports[0],
        "transport_ids": transports[1],
        "store_numbers": wanted.store_numbers,
        "currencies": wanted.currencies,
        "click_ids": [click_id for click_id, _, _ in wanted.named],
        "clicked_stores": [click.store_number for _, click, _ in wanted.named],
        "clicked_at": [click.clicked_at for _, click, _ in wanted.named],
        "categories": [category for _, _, category in wanted.named],
        "senders": wanted.senders,
    }
    arrays = {name: array(values) for name, values in asked.items()}
    row = raw.execute(_LOAD, {**arrays, "now": wanted.now}).fetchone()
    assert row is not None
    loaded = _loaded.decode(row[0])
    return known_of(loaded), {(one.partner_id, one.transport_id): one for one in loaded.receipts}


def _place(order_id: UUID) -> int:
    return int.from_bytes(order_id.bytes[:8], "big", signed=True)


def columns(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Answer pairs as two arrays, as statements take them."""
    pairs = list(pairs)
    return [one for one, _ in pairs], [other for _, other in pairs]
