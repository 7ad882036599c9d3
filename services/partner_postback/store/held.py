"""Queries on what waits: held receipts, and which of them have lost their cause, perhaps."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.formats.request import RawRequest, Source

# A change bears the time before its commit, a try the time before it reads: so a try may have
# missed a change that looks a little older than it, by as long as a transaction lasts (a statement
# is cut off after 30 seconds) and as our machines' clocks differ. Trying in vain does no harm.
_UNSEEN_FOR = timedelta(minutes=1)
# When the cause of a hold may be gone. Codes that are missing here wait for a clerk: nothing that
# this service can hear of changes when an order or its click was made, or which was reported first.
_STORE_OR_PARTNER_CHANGED = """
    EXISTS (SELECT FROM stores WHERE number = held.store_number
            AND stores.changed_at > held.tried_at - :unseen_for)
    OR EXISTS (SELECT FROM partners WHERE partner_id = held.partner_id
               AND partners.changed_at > held.tried_at - :unseen_for)"""
_CAUSE_GONE = {
    Hold.UNKNOWN_STORE: "EXISTS (SELECT FROM stores WHERE number = held.store_number)",
    Hold.NO_RATE: "EXISTS (SELECT FROM (SELECT valid_until FROM rates "
    "WHERE currency = held.currency AND valid_from <= :now ORDER BY valid_from DESC LIMIT 1) "
    "AS newest WHERE valid_until IS NULL OR valid_until > :now)",
    Hold.UNKNOWN_ORDER: "EXISTS (SELECT FROM conversions AS line "
    "WHERE line.partner_id = held.partner_id AND line.order_id = held.order_id "
    "AND line.changed_at > held.tried_at - :unseen_for)",
    Hold.CLICK_OF_OTHER_STORE: _STORE_OR_PARTNER_CHANGED,
    Hold.CLICK_TOO_OLD: _STORE_OR_PARTNER_CHANGED,
    Hold.CART_INCOMPLETE: "(SELECT count(*) >= max(lines) FROM cart_lines "
    "WHERE partner_id = held.partner_id AND order_id = held.order_id)",
    Hold.AMOUNT_OF_SEVERAL_LINES: "EXISTS (SELECT FROM conversions AS line "
    "WHERE line.partner_id = held.partner_id AND line.order_id = held.order_id "
    "AND line.changed_at > held.tried_at - :unseen_for)",
    # An older or newer click key may have been added with the last start.
    Hold.UNKNOWN_CLICK: "held.tried_at < :started_at",
}
_CONDITION = " OR ".join(
    f"(held.code = '{code}' AND ({gone}))" for code, gone in _CAUSE_GONE.items()
)
_DUE = text(f"""
SELECT receipt_id FROM held WHERE not_before <= :now AND ({_CONDITION}) ORDER BY since LIMIT :limit
""")  # noqa: S608 - constants
_TAKE = text("""
SELECT receipt.*, held.waived FROM held JOIN receipts AS receipt USING (receipt_id)
WHERE held.receipt_id = ANY(:receipt_ids) ORDER BY held.since, held.receipt_id
FOR UPDATE OF held SKIP LOCKED
""")
_PUT_OFF = text("""
UPDATE held SET not_before = :not_before WHERE receipt_id = :receipt_id
""")


def due(connection: Connection, *, now: datetime, started_at: datetime, limit: int) -> list[UUID]:
    """Answer held receipts whose cause may be gone, the oldest first."""
    asked = {"now": now, "started_at": started_at, "unseen_for": _UNSEEN_FOR, "limit": limit}
    return list(connection.scalars(_DUE, asked))


def take(connection: Connection, receipt_ids: Sequence[UUID]) -> list[tuple[Any, RawRequest]]:
    """Answer, and lock, those that are still held, each with its raw request."""
    rows = connection.execute(_TAKE, {"receipt_ids": list(receipt_ids)})
    return [(row, _raw_request(row)) for row in rows]


def put_off(connection: Connection, receipt_id: UUID, not_before: datetime) -> None:
    """Leave a receipt alone for a while."""
    connection.execute(_PUT_OFF, {"receipt_id": receipt_id, "not_before": not_before})


def _raw_request(row: Any) -> RawRequest:
    return RawRequest(
        format=row.format,
        method=row.method,
        query=row.query.encode("latin-1"),
        body=bytes(row.body),
        received_at=row.received_at,
        headers=row.headers,
        source=Source(row.source),
    )
