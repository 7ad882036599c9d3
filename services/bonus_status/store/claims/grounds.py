"""What a claim rests on: the store's promise, the order's bonuses, the member's clicks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.bonus_status.claims.opening import (
    CLOCKS_MAY_DIFFER,
    Clicked,
    Filed,
    OfOrder,
    StorePromise,
)
from services.bonus_status.domain import Status
from services.bonus_status.store import delays
from shared.database import raw

_PROMISE = "SELECT confirmation_days, attribution_days FROM stores WHERE store_id = %s"
_BONUSES = """
SELECT bonus_id::text, status, ordered_at, expected_at FROM bonuses
WHERE member_id = %s AND store_id = %s AND order_id = %s ORDER BY opened_at, bonuses.bonus_id
"""
_CLICKS = """
SELECT click_id, clicked_at FROM clicks
WHERE member_id = %s AND store_id = %s AND clicked_at BETWEEN %s AND %s
ORDER BY clicked_at DESC LIMIT 1
"""
_CLAIM = """
SELECT claim_id::text FROM claims
WHERE member_id = %(member_id)s
  AND (bonus_id = %(bonus_id)s OR (store_id = %(store_id)s AND order_id = %(order_id)s))
"""
_OPEN = """
SELECT count(*) FROM claims
WHERE member_id = %s AND opened_by = 'member' AND state IN ('opened', 'sent', 'answered')
"""
# One member's accounts row is the lock of all that is his, claims to be opened among it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('claims of ' || %s, 0))"


def promise_of(connection: Connection, store_id: str) -> StorePromise | None:
    """Answer what a store promises; None when there is no such store."""
    row = raw(connection).execute(_PROMISE, [store_id]).fetchone()
    if row is None:
        return None
    delay = delays.of_stores(connection, [store_id]).get(store_id)
    return StorePromise(int(str(row[0])), int(str(row[1])), delay)


def bonuses_of(connection: Connection, member_id: UUID, filed: Filed) -> list[OfOrder]:
    """Answer the member's bonuses of the order, in the order in which they were opened."""
    asked = [member_id, filed.store_id, filed.order_id]
    rows: Sequence[tuple[object, ...]] = raw(connection).execute(_BONUSES, asked).fetchall()
    return [OfOrder(str(row[0]), Status(str(row[1])), *row[2:]) for row in rows]  # type: ignore[arg-type]


def last_click(
    connection: Connection, member_id: UUID, filed: Filed, attribution_days: int
) -> list[Clicked]:
    """Answer the member's last click at the store that an order may come from, if there is one."""
    begins: datetime = filed.ordered_at - timedelta(days=attribution_days)
    asked = [member_id, filed.store_id, begins, filed.ordered_at + CLOCKS_MAY_DIFFER]
    rows = raw(connection).execute(_CLICKS, asked).fetchall()
    return [Clicked(str(row[0]), row[1]) for row in rows]  # type: ignore[arg-type]


def claim_of_order(
    connection: Connection, member_id: UUID, filed: Filed, bonus_id: str | None
) -> str | None:
    """Answer the member's claim of the same order, if there is one."""
    asked = {
        "member_id": member_id,
        "store_id": filed.store_id,
        "order_id": filed.order_id,
        "bonus_id": bonus_id,
    }
    row = raw(connection).execute(_CLAIM, asked).fetchone()
    return None if row is None else str(row[0])


def open_claims(connection: Connection, member_id: UUID) -> int:
    """Answer how many claims of the member are open; his next one waits for this transaction."""
    raw(connection).execute(_LOCK, [str(member_id)])
    row = raw(connection).execute(_OPEN, [member_id]).fetchone()
    assert row is not None
    return int(str(row[0]))
