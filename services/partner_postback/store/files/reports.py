"""Queries for the report on a file: how far it is, its verdicts counted, and each row's own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

_OF_READER = "(CAST(:partner_id AS text) IS NULL OR partner_id = :partner_id)"
_ONE = text(f"SELECT * FROM files WHERE file_id = :file_id AND {_OF_READER}")  # noqa: S608
_SEVERAL = text(f"""
SELECT * FROM files WHERE {_OF_READER}
  AND (CAST(:after AS uuid) IS NULL OR (made_at, file_id) <
       (SELECT made_at, file_id FROM files WHERE file_id = :after))
ORDER BY made_at DESC, file_id DESC LIMIT :limit
""")  # noqa: S608 - a constant
# A held row that is decided later shows what it became: the receipts are asked each time.
_COUNTS = text("""
SELECT verdict, code, count(*) AS rows FROM (
    SELECT verdict, code FROM receipts WHERE source_id = :file_id
    UNION ALL SELECT verdict, code FROM file_verdicts WHERE file_id = :file_id
) AS each GROUP BY verdict, code ORDER BY verdict, code
""")
_ROWS = text("""
SELECT * FROM (
    (SELECT row_number, receipt_id, said->>'order_id' AS order_id, said->>'line_id' AS line_id,
            verdict, code, detail, field, CASE WHEN said IS NULL THEN body END AS unread
     FROM receipts WHERE source_id = :file_id AND row_number > :after
       AND (CAST(:verdict AS text) IS NULL OR verdict = :verdict)
     ORDER BY row_number LIMIT :limit)
    UNION ALL
    (SELECT row_number, NULL, order_id, line_id, verdict, code, detail, field, NULL
     FROM file_verdicts WHERE file_id = :file_id AND row_number > :after
       AND (CAST(:verdict AS text) IS NULL OR verdict = :verdict)
     ORDER BY row_number LIMIT :limit)
) AS each ORDER BY row_number LIMIT :limit
""")


def file(connection: Connection, file_id: UUID, partner_id: str | None) -> RowMapping | None:
    """Answer a file; `partner_id` None reads anybody's."""
    asked = {"file_id": file_id, "partner_id": partner_id}
    return connection.execute(_ONE, asked).mappings().first()


def files(connection: Connection, asked: Mapping[str, Any]) -> list[RowMapping]:
    """Answer files, newest first, after the one that `after` names."""
    return list(connection.execute(_SEVERAL, asked).mappings())


def counts(connection: Connection, file_id: UUID) -> list[RowMapping]:
    """Answer how many rows have each verdict and code so far."""
    return list(connection.execute(_COUNTS, {"file_id": file_id}).mappings())


def rows(
    connection: Connection, file_id: UUID, *, after: int, limit: int, verdict: str | None = None
) -> list[RowMapping]:
    """Answer the verdicts of rows, in their order; `unread`: the body of one nobody could read."""
    asked = {"file_id": file_id, "after": after, "limit": limit, "verdict": verdict}
    return list(connection.execute(_ROWS, asked).mappings())
