"""The receipts behind a conversion, with the hashes of their raw bytes."""

from typing import Any

from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.store.access.conversions import MOST_MESSAGES, subjects

_RAW = ("method", "query_sha256", "body_sha256", "body_bytes")
_RECEIPTS = text("""
SELECT receipt_id, received_at, source, source_id, row_number, format, format_version,
       verdict, code, method, encode(sha256(convert_to(query, 'UTF8')), 'hex') AS query_sha256,
       encode(sha256(body), 'hex') AS body_sha256, octet_length(body) AS body_bytes
FROM receipts WHERE receipt_id IN (
    SELECT receipt_id FROM messages WHERE subject_id = ANY(CAST(:subjects AS uuid[])))
ORDER BY received_at, receipt_id LIMIT :limit
""")


def receipts(connection: Connection, conversion: RowMapping) -> list[dict[str, Any]]:
    """Answer the receipts of what was said of a conversion and of its whole order, as they came."""
    asked = {"subjects": list(subjects(conversion)), "limit": MOST_MESSAGES}
    rows = connection.execute(_RECEIPTS, asked).mappings()
    return [{**row, "raw": {name: row[name] for name in _RAW}} for row in rows]
