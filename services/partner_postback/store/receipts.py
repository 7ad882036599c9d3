"""Queries for readers: receipts with the raw request, conversions; a partner sees only its own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

_SUMMARY = """receipt_id, partner_id, received_at, format, method, transport_id,
    verdict, code, detail, field, conversion_id"""
_ONE = text(f"""
SELECT {_SUMMARY}, query, headers, body FROM receipts
WHERE receipt_id = :receipt_id AND (CAST(:partner_id AS text) IS NULL OR partner_id = :partner_id)
""")  # noqa: S608 - a constant
# A page begins after the last one seen, named by its id; its place in the order is looked up.
_SEVERAL = text(f"""
SELECT {_SUMMARY} FROM receipts
WHERE (CAST(:partner_id AS text) IS NULL OR partner_id = :partner_id)
  AND (CAST(:verdict AS text) IS NULL OR verdict = :verdict)
  AND (CAST(:code AS text) IS NULL OR code = :code)
  AND (CAST(:conversion_id AS uuid) IS NULL OR conversion_id = :conversion_id)
  AND (CAST(:after AS uuid) IS NULL OR (received_at, receipt_id) <
       (SELECT received_at, receipt_id FROM receipts WHERE receipt_id = :after))
ORDER BY received_at DESC, receipt_id DESC
LIMIT :limit
""")  # noqa: S608
_CONVERSION = text("""
SELECT * FROM conversions
WHERE conversion_id = :conversion_id
  AND (CAST(:partner_id AS text) IS NULL OR partner_id = :partner_id)
""")


def receipt(connection: Connection, receipt_id: UUID, partner_id: str | None) -> RowMapping | None:
    """Answer a receipt with its raw request; `partner_id` None reads anybody's."""
    asked = {"receipt_id": receipt_id, "partner_id": partner_id}
    return connection.execute(_ONE, asked).mappings().first()


def receipts(connection: Connection, asked: Mapping[str, Any]) -> list[RowMapping]:
    """Answer receipts, newest first, by partner, verdict, code and conversion."""
    names = ("partner_id", "verdict", "code", "conversion_id", "after", "limit")
    return list(connection.execute(_SEVERAL, {name: asked.get(name) for name in names}).mappings())


def conversion(
    connection: Connection, conversion_id: UUID, partner_id: str | None
) -> RowMapping | None:
    """Answer a conversion as it is now."""
    asked = {"conversion_id": conversion_id, "partner_id": partner_id}
    return connection.execute(_CONVERSION, asked).mappings().first()
