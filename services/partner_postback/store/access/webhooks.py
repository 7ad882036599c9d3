"""Queries on partners' webhooks: where each wants to be told, and what is on its way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.webhooks.news import Delivery
from shared.database import raw


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process sends now; nobody else does before `until`."""

    delivery_id: str
    partner_id: str
    url: str
    body: str
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try ended: as `state`, or, when it still waits, tried again at `next_at`."""

    state: State
    next_at: datetime | None
    status: int | None
    error: str | None


_ENDPOINT = text("SELECT * FROM webhook_endpoints WHERE partner_id = :partner_id")
_PUT = text("""
INSERT INTO webhook_endpoints (partner_id, url, events, changed_at)
VALUES (:partner_id, :url, :events, :now)
ON CONFLICT (partner_id) DO UPDATE SET url = excluded.url, events = excluded.events,
    disabled_at = NULL, changed_at = excluded.changed_at
""")
_REMOVE = text("DELETE FROM webhook_endpoints WHERE partner_id = :partner_id")
_DISABLE = text("""
UPDATE webhook_endpoints SET disabled_at = :now
WHERE partner_id = :partner_id AND url = :url AND disabled_at IS NULL
""")
_END_WAITING = text("""
UPDATE webhook_deliveries SET state = 'given_up', ended_at = :now, last_error = :error
WHERE partner_id = :partner_id AND state = 'waiting'
""")
_ADD = """
INSERT INTO webhook_deliveries (delivery_id, partner_id, type, payload, made_at, next_at)
SELECT delivery_id, partner_id, type, payload, %(now)s, %(now)s
FROM json_populate_recordset(NULL::webhook_deliveries, %(rows)s)
"""
# Of the partners that nobody here sends to at this moment, the one whose message waits longest: so
# a slow server keeps no other partner waiting.
_NEXT_PARTNER = text("""
SELECT endpoint.partner_id FROM webhook_endpoints AS endpoint
CROSS JOIN LATERAL (
    SELECT next_at FROM webhook_deliveries
    WHERE partner_id = endpoint.partner_id AND state = 'waiting' AND next_at <= :now
    ORDER BY next_at LIMIT 1
) AS first
WHERE disabled_at IS NULL AND NOT endpoint.partner_id = ANY(:served)
ORDER BY first.next_at LIMIT 1
""")
_CLAIM = text("""
UPDATE webhook_deliveries AS delivery SET attempts = attempts + 1, next_at = :until
FROM webhook_endpoints AS endpoint
WHERE endpoint.partner_id = :partner_id AND disabled_at IS NULL AND delivery_number = (
    SELECT delivery_number FROM webhook_deliveries
    WHERE partner_id = :partner_id AND state = 'waiting' AND next_at <= :now
    ORDER BY next_at, delivery_number LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING delivery_id, delivery.partner_id, url, payload::text AS body, attempts
""")
# Who was slower than its lease has nothing to say any more: somebody else tries, or has tried.
_NOTE = text("""
UPDATE webhook_deliveries SET state = :state, next_at = coalesce(:next_at, next_at),
    last_status = :status, last_error = :error, ended_at = CASE WHEN :ended THEN :now END
WHERE delivery_id = :delivery_id AND state = 'waiting' AND next_at = :until
""")
_REDELIVER = text("""
UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = :now, ended_at = NULL
WHERE delivery_id = :delivery_id AND (CAST(:own AS text) IS NULL OR partner_id = :own)
RETURNING *
""")
_CONDITIONS = {
    "partner_id": "partner_id = :partner_id",
    "state": "state = :state",
    "type": "type = :type",
    "after": """delivery_number < (
        SELECT delivery_number FROM webhook_deliveries WHERE delivery_id = :after)""",
}


def endpoint(connection: Connection, partner_id: str) -> RowMapping | None:
    """Answer a partner's webhook, or None."""
    return connection.execute(_ENDPOINT, {"partner_id": partner_id}).mappings().first()


def put_endpoint(
    connection: Connection, partner_id: str, url: str, events: Sequence[str], now: datetime
) -> None:
    """Set a partner's webhook, which is on from now."""
    row = {"partner_id": partner_id, "url": url, "events": list(events), "now": now}
    connection.execute(_PUT, row)


def remove_endpoint(connection: Connection, partner_id: str, now: datetime) -> bool:
    """End a partner's webhook, and what waits for it; answers whether there was one."""
    removed = connection.execute(_REMOVE, {"partner_id": partner_id}).rowcount
    error = "The webhook was removed."
    connection.execute(_END_WAITING, {"partner_id": partner_id, "error": error, "now": now})
    return bool(removed)


def disable_endpoint(connection: Connection, partner_id: str, url: str, now: datetime) -> None:
    """Switch a webhook off, unless it leads elsewhere by now; what waits for it is given up."""
    asked = {"partner_id": partner_id, "now": now}
    if connection.execute(_DISABLE, {**asked, "url": url}).rowcount:
        error = "The webhook was switched off: its server answered 410 Gone."
        connection.execute(_END_WAITING, {**asked, "error": error})


def add(connection: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    """Queue what partners are to be told."""
    if deliveries:
        rows = msgspec.json.encode(deliveries).decode()
        raw(connection).execute(_ADD, {"now": now, "rows": rows})


def next_partner(connection: Connection, served: Sequence[str], now: datetime) -> str | None:
    """Answer whom to send to next, beside those that are served already."""
    found: str | None = connection.scalar(_NEXT_PARTNER, {"served": list(served), "now": now})
    return found


def claim(
    connection: Connection, partner_id: str, now: datetime, lease: timedelta
) -> Claimed | None:
    """Claim a delivery of a partner; whoever dies with it leaves it due after the lease."""
    asked = {"partner_id": partner_id, "now": now, "until": now + lease}
    row = connection.execute(_CLAIM, asked).mappings().first()
    return None if row is None else Claimed(**row, until=now + lease)


def note(connection: Connection, claimed: Claimed, tried: Tried, now: datetime) -> None:
    """Note how a try ended."""
    row = {
        "delivery_id": claimed.delivery_id,
        "until": claimed.until,
        "state": tried.state.value,
        "next_at": tried.next_at,
        "status": tried.status,
        "error": tried.error,
        "ended": tried.state is not State.WAITING,
        "now": now,
    }
    connection.execute(_NOTE, row)


def redeliver(
    connection: Connection, delivery_id: str, own: str | None, now: datetime
) -> RowMapping | None:
    """Let a delivery be tried from the beginning; answers it, or None when there is none."""
    asked = {"delivery_id": delivery_id, "own": own, "now": now}
    return connection.execute(_REDELIVER, asked).mappings().first()


def deliveries(connection: Connection, asked: Mapping[str, Any]) -> list[RowMapping]:
    """Answer a partner's deliveries, newest first: those for which all holds that was asked."""
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = [says for name, says in _CONDITIONS.items() if name in given]
    query = f"""
SELECT * FROM webhook_deliveries WHERE {" AND ".join(conditions)}
ORDER BY delivery_number DESC LIMIT :limit
"""  # noqa: S608 - our own conditions
    return list(connection.execute(text(query), given).mappings())
