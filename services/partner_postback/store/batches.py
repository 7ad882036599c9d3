"""The hot path's queries: a whole batch is read by two statements and written by one.

What is read comes back as one JSON document and what is written goes as one, unfolded by the
tables' own types: most of a statement's price is paid for sending it, however small it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import dict_row

from services.partner_postback.domain import Message, Store
from services.partner_postback.store import rows
from services.partner_postback.verdicts import Arrival, Deciding, Known, Outcome

Raw = psycopg.Connection[Any]


class Overtaken(Exception):
    """Another process recorded the same conversion or request first: read again and go on."""


# How the database says the same when two processes meet in the middle of their batches.
RACES = (Overtaken, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keys of everything that a batch needs to know."""

    conversion_ids: Sequence[UUID]
    transports: Sequence[tuple[str, str]]
    store_numbers: Sequence[int]
    currencies: Sequence[str]
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


# By partner and webhook-id.
Receipts = dict[tuple[str, str], KnownReceipt]


class _KnownMessage(msgspec.Struct, frozen=True):
    conversion_id: UUID
    content: Message


class _KnownStore(msgspec.Struct, frozen=True):
    number: int
    store: Store


class _Loaded(msgspec.Struct, frozen=True):
    messages: list[_KnownMessage]
    receipts: list[KnownReceipt]
    stores: list[_KnownStore]
    exchange_rates: dict[str, int]


_LOCK = """
SELECT * FROM conversions WHERE conversion_id = ANY(%s) ORDER BY conversion_id FOR UPDATE
"""
_LOAD = """
SELECT json_build_object(
    'messages', (
        SELECT coalesce(json_agg(known), '[]') FROM (
            SELECT conversion_id, content FROM messages
            WHERE conversion_id = ANY(%(conversion_ids)s)
        ) AS known),
    'receipts', (
        SELECT coalesce(json_agg(known), '[]') FROM (
            SELECT receipt_id, partner_id, transport_id, query, body::text AS body,
                   verdict, code, detail, field, conversion_id
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
            SELECT DISTINCT ON (currency) currency, rate_micro FROM rates
            WHERE currency = ANY(%(currencies)s) AND valid_from <= %(now)s
            ORDER BY currency, valid_from DESC
        ) AS known)
)::text
"""
_COLUMNS = {
    "receipts": "receipt_id, partner_id, received_at, format, method, query, headers, body, "
    "transport_id, verdict, code, detail, field, conversion_id",
    "conversions": "conversion_id, partner_id, order_id, line_id, action, store_id, member_id, "
    "click_id, clicked_at, status, category, paid_minor, currency, rate_micro, ordered_at, "
    "reason, receipt_id, version, changed_at",
    "messages": "conversion_id, content_hash, receipt_id, content",
    "held": "receipt_id, code, partner_id, store_number, currency, conversion_id, since, "
    "tried_at, not_before",
}
_NEW_ROWS = ", ".join(
    f"""
new_{table} AS (
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM sent, json_populate_recordset(NULL::{table}, rows -> '{table}')
    ON CONFLICT DO NOTHING RETURNING 1
)"""  # noqa: S608
    for table, columns in _COLUMNS.items()  # our own names
)
_WRITE = f"""
WITH sent AS (SELECT %s::json AS rows), {_NEW_ROWS}, changed AS (
    UPDATE conversions SET
        status = new.status, category = new.category, paid_minor = new.paid_minor,
        ordered_at = new.ordered_at, reason = new.reason, receipt_id = new.receipt_id,
        version = new.version, changed_at = new.changed_at
    FROM sent, json_populate_recordset(NULL::conversions, rows -> 'changed') AS new
    WHERE conversions.conversion_id = new.conversion_id RETURNING 1
)
SELECT (SELECT count(*) FROM new_receipts) + (SELECT count(*) FROM new_conversions)
     + (SELECT count(*) FROM new_messages) + (SELECT count(*) FROM new_held)
     + (SELECT count(*) FROM changed)
"""  # noqa: S608 - our own names
_VERDICTS = """
UPDATE receipts SET verdict = new.verdict, code = new.code, detail = new.detail, field = new.field,
    conversion_id = new.conversion_id
FROM json_populate_recordset(NULL::receipts, %s) AS new WHERE receipts.receipt_id = new.receipt_id
"""
_loaded = msgspec.json.Decoder(_Loaded)


def load(raw: Raw, wanted: Wanted) -> tuple[Known, Receipts]:
    """Read what a batch is about, its conversions locked, and its webhook-ids' first receipts."""
    ids = sorted(wanted.conversion_ids)
    # The lock is a statement of its own: what is read after it is what the last holder left.
    locked = raw.cursor(row_factory=dict_row).execute(_LOCK, (ids,)).fetchall()
    asked = {
        "conversion_ids": ids,
        "partner_ids": [partner_id for partner_id, _ in wanted.transports],
        "transport_ids": [transport_id for _, transport_id in wanted.transports],
        "store_numbers": list(wanted.store_numbers),
        "currencies": list(wanted.currencies),
        "now": wanted.now,
    }
    row = raw.execute(_LOAD, asked).fetchone()
    assert row is not None
    loaded = _loaded.decode(row[0])
    return _known(locked, loaded), {
        (one.partner_id, one.transport_id): one for one in loaded.receipts
    }


def write(raw: Raw, decided: Deciding, answered: Iterable[tuple[Arrival, Outcome]]) -> None:
    """Write what was decided on a batch, and its new receipts; raises Overtaken."""
    written = rows.of_batch(decided, answered)
    row = raw.execute(_WRITE, (_json(written),)).fetchone()
    assert row is not None
    if row[0] != sum(len(some) for some in written.values()):
        raise Overtaken


def give_verdicts(raw: Raw, outcomes: Sequence[Outcome]) -> None:
    """Give receipts that were held their new verdict, and let them wait no longer."""
    receipt_ids = [outcome.receipt_id for outcome in outcomes]
    raw.execute("DELETE FROM held WHERE receipt_id = ANY(%s)", (receipt_ids,))
    raw.execute(_VERDICTS, (_json([rows.of_verdict(outcome) for outcome in outcomes]),))


def _known(locked: Iterable[rows.Row], loaded: _Loaded) -> Known:
    messages: dict[UUID, set[Message]] = {}
    for one in loaded.messages:
        messages.setdefault(one.conversion_id, set()).add(one.content)
    return Known(
        conversions={row["conversion_id"]: rows.conversion_of(row) for row in locked},
        messages=messages,
        stores={one.number: one.store for one in loaded.stores},
        exchange_rates=loaded.exchange_rates,
    )


def _json(written: object) -> str:
    return msgspec.json.encode(written).decode()
