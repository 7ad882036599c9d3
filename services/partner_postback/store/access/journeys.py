"""Queries that lead a clerk from a member, an order or a report to conversions and receipts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, text

_CONDITIONS = {
    "member_id": "member_id = :member_id",
    "conversion_id": "conversion_id = :conversion_id",
    # Partners are few: an order is looked for under each, by the index of its business key.
    "order_id": """partner_id = ANY (ARRAY(SELECT partner_id FROM partners))
        AND order_id = :order_id""",
}
_RECEIPTS = text("""
SELECT receipt.* FROM unnest(CAST(:partners AS text[]), CAST(:orders AS text[]))
    AS wanted (partner_id, order_id)
CROSS JOIN LATERAL (
    SELECT receipt_id, partner_id, received_at, source, verdict, code, detail, conversion_id,
           said ->> 'order_id' AS order_id
    FROM receipts
    WHERE said IS NOT NULL AND receipts.partner_id = wanted.partner_id
      AND said ->> 'order_id' = wanted.order_id
    ORDER BY received_at DESC, receipt_id DESC LIMIT 20
) AS receipt
ORDER BY received_at DESC, receipt_id DESC LIMIT :limit
""")
# Held of whomever: what is held names its click, and the click its member, to who holds the keys.
_HELD = text("""
SELECT receipt_id, receipts.partner_id, received_at, source, verdict, receipts.code, detail,
       receipts.conversion_id, said ->> 'order_id' AS order_id, said ->> 'click_id' AS click_id
FROM held JOIN receipts USING (receipt_id)
WHERE said ->> 'click_id' IS NOT NULL AND said ->> 'order_id' IS NOT NULL
ORDER BY held.since DESC LIMIT :limit
""")
_PARTNERS = text("SELECT partner_id FROM partners ORDER BY partner_id LIMIT 1000")


def conversions(connection: Connection, asked: Mapping[str, Any], limit: int) -> list[RowMapping]:
    """Answer conversions with their members, the newest first."""
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = " AND ".join(says for name, says in _CONDITIONS.items() if name in given)
    query = f"""
SELECT * FROM conversions WHERE {conditions}
ORDER BY ordered_at DESC, conversion_id LIMIT :limit
"""  # noqa: S608 - our own conditions
    return list(connection.execute(text(query), {**given, "limit": limit}).mappings())


def receipts(
    connection: Connection, orders: Sequence[tuple[str, str]], limit: int
) -> list[RowMapping]:
    """Answer what was reported of orders, each named by partner and number; the newest first."""
    asked = {
        "partners": [partner_id for partner_id, _ in orders],
        "orders": [order_id for _, order_id in orders],
        "limit": limit,
    }
    return list(connection.execute(_RECEIPTS, asked).mappings())


def held(connection: Connection, limit: int) -> list[RowMapping]:
    """Answer what is held and names a click, whoever clicked; the newest first."""
    return list(connection.execute(_HELD, {"limit": limit}).mappings())


def partners(connection: Connection) -> list[str]:
    """Name every partner."""
    return list(connection.execute(_PARTNERS).scalars())
