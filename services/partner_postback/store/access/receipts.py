"""Queries on receipts, with the raw request; a partner sees only its own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

_SUMMARY = """receipt_id, partner_id, received_at, format, format_version, method, transport_id,
    source, source_id, row_number, verdict, code, detail, field, rule, conversion_id, said"""
_ONE = text(f"""
SELECT {_SUMMARY}, query, headers, body FROM receipts
WHERE receipt_id = :receipt_id AND (CAST(:own AS text) IS NULL OR partner_id = :own)
""")  # noqa: S608 - a constant
# Only what is asked for is a condition: a plan for all of them at once would use no index.
# Every receipt of a conversion names its order, which there is an index for.
_CONDITIONS = {
    "own": "partner_id = :own",
    "partner_id": "partner_id = :partner_id",
    "verdict": "verdict = :verdict",
    "code": "code = :code",
    "source": "source = :source",
    "order_id": "said ->> 'order_id' = :order_id",
    "conversion_id": """conversion_id = :conversion_id AND (partner_id, said ->> 'order_id') = (
        SELECT partner_id, order_id FROM conversions WHERE conversion_id = :conversion_id)""",
    # A page begins after the last one seen, named by its id; its place is looked up.
    "after": """(received_at, receipt_id) < (
        SELECT received_at, receipt_id FROM receipts WHERE receipt_id = :after)""",
}


def receipt(connection: Connection, receipt_id: UUID, own: str | None) -> RowMapping | None:
    """Answer a receipt with its raw request; `own` None reads anybody's."""
    return connection.execute(_ONE, {"receipt_id": receipt_id, "own": own}).mappings().first()


def receipts(connection: Connection, own: str | None, asked: Mapping[str, Any]) -> list[RowMapping]:
    """Answer receipts, newest first: those for which all holds that was asked."""
    given = {name: value for name, value in {**asked, "own": own}.items() if value is not None}
    conditions = [says for name, says in _CONDITIONS.items() if name in given]
    query = f"""
SELECT {_SUMMARY} FROM receipts WHERE {" AND ".join(["true", *conditions])}
ORDER BY received_at DESC, receipt_id DESC LIMIT :limit
"""  # noqa: S608 - our own conditions
    return list(connection.execute(text(query), given).mappings())
