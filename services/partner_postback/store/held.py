"""Queries on what waits: held receipts, and which of them have lost their cause, perhaps.

What waits for its order is marked when more of the order is known: both happen under the order's
lock, so nothing is missed. What waits for something else is found from there: for the few stores,
partners, currencies and rules there are, the database looks up what waits for each. So a query
costs what is due, however much waits for something else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.formats.request import RawRequest, Source
from services.partner_postback.store.loading import lock_orders
from shared.database import raw

# A change bears the time before its commit, a try the time before it reads: so a try may have
# missed a change that looks a little older than it, by as long as a transaction lasts (a statement
# is cut off after 30 seconds) and as our machines' clocks differ. Trying in vain does no harm.
_UNSEEN_FOR = timedelta(minutes=1)
_OF_STORE = (
    Hold.UNKNOWN_STORE,
    Hold.CLICK_OF_OTHER_STORE,
    Hold.CLICK_TOO_OLD,
    Hold.STORE_PAUSED,
    Hold.UNKNOWN_CATEGORY,
    Hold.OVER_CAP,
)
_OF_PARTNER = (Hold.CLICK_OF_OTHER_STORE, Hold.SUSPECTED_FRAUD)
_SINCE_CHANGE = "held.tried_at < changed_at + :unseen_for"


def _found_from(causes: str, codes: Sequence[Hold], condition: str) -> str:
    """Answer what waits for causes; lateral, so that each is looked up by its index."""
    known = ", ".join(f"'{code}'" for code in codes)
    return f"""
    SELECT waiting.* FROM {causes}, LATERAL (
        SELECT receipt_id, partner_id, order_id, tried_at FROM held
        WHERE code IN ({known}) AND {condition} AND not_before <= :now
        ORDER BY tried_at LIMIT :limit
    ) AS waiting"""  # noqa: S608 - constants


# A store that is known now is a change of what was unknown. Codes that stand in no branch wait for
# their order, or for a clerk: nothing that this service can hear of changes when an order or its
# click was made, or which was reported first.
_BRANCHES = (
    """
    SELECT receipt_id, partner_id, order_id, tried_at FROM held
    WHERE is_due AND not_before <= :now ORDER BY tried_at LIMIT :limit""",
    _found_from("stores", _OF_STORE, f"held.store_number = stores.number AND {_SINCE_CHANGE}"),
    _found_from(
        "partners", _OF_PARTNER, f"held.partner_id = partners.partner_id AND {_SINCE_CHANGE}"
    ),
    # A rule that ended by itself changed at its end.
    _found_from(
        "(SELECT name, CASE WHEN valid_until <= :now THEN greatest(changed_at, valid_until)"
        " ELSE changed_at END AS changed_at FROM fraud_rules) AS rules",
        (Hold.SUSPECTED_FRAUD,),
        f"held.rule = rules.name AND {_SINCE_CHANGE}",
    ),
    # A rate may be set for a moment that is past.
    _found_from(
        "valued", (Hold.NO_RATE,), "held.currency = valued.currency AND valued.currency IS NOT NULL"
    ),
    # An older or newer click key may have been added with the last start.
    _found_from(
        "(SELECT CAST(:started_at AS timestamptz) AS started_at) AS start",
        (Hold.UNKNOWN_CLICK,),
        "held.tried_at < start.started_at",
    ),
)
_DUE = text(f"""
WITH RECURSIVE wanted AS (
    SELECT min(currency) AS currency FROM held WHERE code = '{Hold.NO_RATE}'
    UNION
    SELECT (SELECT min(currency) FROM held
            WHERE code = '{Hold.NO_RATE}' AND currency > wanted.currency)
    FROM wanted WHERE currency IS NOT NULL
), valued AS (
    SELECT currency FROM wanted WHERE EXISTS (
        SELECT FROM (SELECT valid_until FROM rates
                     WHERE rates.currency = wanted.currency AND valid_from <= :now
                     ORDER BY valid_from DESC LIMIT 1) AS newest
        WHERE valid_until IS NULL OR valid_until > :now)
), due AS (
    ({") UNION (".join(_BRANCHES)})
)
SELECT receipt_id, partner_id, order_id FROM due ORDER BY tried_at LIMIT :limit
""")  # noqa: S608 - constants
_TAKE = text("""
SELECT receipt.*, held.waived FROM held JOIN receipts AS receipt USING (receipt_id)
WHERE held.receipt_id = ANY(:receipt_ids) ORDER BY held.since, held.receipt_id
""")
_PUT_OFF = text("""
UPDATE held SET is_due = true, not_before = :not_before WHERE receipt_id = :receipt_id
""")


def due(
    connection: Connection, *, now: datetime, started_at: datetime, limit: int
) -> list[Row[Any]]:
    """Answer held receipts whose cause may be gone, each with its order; tried longest ago first.

    So what is tried in vain goes to the end of the queue, and keeps nothing waiting.
    """
    asked = {"now": now, "started_at": started_at, "unseen_for": _UNSEEN_FOR, "limit": limit}
    return list(connection.execute(_DUE, asked))


def take(connection: Connection, due_ones: Sequence[Row[Any]]) -> list[tuple[Any, RawRequest]]:
    """Lock the orders of due receipts; answer those still held, each with its raw request.

    Nobody else decides on an order that is locked, so what is held now is held until we decide.
    """
    lock_orders(raw(connection), [(one.partner_id, one.order_id) for one in due_ones])
    receipt_ids = [one.receipt_id for one in due_ones]
    rows = connection.execute(_TAKE, {"receipt_ids": receipt_ids})
    return [(row, _raw_request(row)) for row in rows]


def put_off(connection: Connection, receipt_id: UUID, not_before: datetime) -> None:
    """Leave a receipt alone for a while, and try it then."""
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
