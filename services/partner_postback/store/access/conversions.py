"""Queries on conversions, with what was said of each; a partner sees only its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.domain.attribution import order_id_of

# More is a partner's mistake, and is read receipt by receipt.
MOST_MESSAGES = 100
_ONE = text("""
SELECT * FROM conversions
WHERE conversion_id = :conversion_id AND (CAST(:own AS text) IS NULL OR partner_id = :own)
""")
_CONDITIONS = {
    "order_id": "order_id = :order_id",
    "status": "status = :status",
    "changed_since": "changed_at >= :changed_since",
    "after_id": "(changed_at, conversion_id) > (:after_at, :after_id)",
}
_OF_ORDER = text("""
SELECT * FROM conversions WHERE partner_id = :partner_id AND order_id = :order_id
ORDER BY line_id, action LIMIT :limit
""")
# A conversion's own messages and those about its whole order, as they came in.
_MESSAGES = text(f"""
SELECT wanted.subject_id, said.* FROM unnest(CAST(:subject_ids AS uuid[])) AS wanted (subject_id)
CROSS JOIN LATERAL (
    SELECT receipt_id, received_at, source, format, content AS said
    FROM messages JOIN receipts USING (receipt_id) WHERE messages.subject_id = wanted.subject_id
    ORDER BY received_at, receipt_id LIMIT {MOST_MESSAGES}
) AS said
ORDER BY received_at, receipt_id
""")  # noqa: S608 - a constant


def conversion(connection: Connection, conversion_id: UUID, own: str | None) -> RowMapping | None:
    """Answer a conversion as it is now; `own` None reads anybody's."""
    asked = {"conversion_id": conversion_id, "own": own}
    return connection.execute(_ONE, asked).mappings().first()


def of_order(
    connection: Connection, partner_id: str, order_id: str, limit: int
) -> dict[UUID, dict[str, Any]]:
    """Answer the lines of an order by their ids."""
    asked = {"partner_id": partner_id, "order_id": order_id, "limit": limit}
    rows = connection.execute(_OF_ORDER, asked).mappings()
    return {row["conversion_id"]: dict(row) for row in rows}


def conversions(
    connection: Connection,
    partner_id: str,
    asked: Mapping[str, Any],
    after: tuple[datetime, UUID] | None,
) -> list[RowMapping]:
    """Answer a partner's conversions by when they changed last, the oldest change first.

    One that changes while its reader pages comes once more, at the end. A change bears the time
    before its commit: whoever has come to the end asks again from a minute before it.
    """
    place = dict(zip(("after_at", "after_id"), after or (), strict=False))
    given = {name: value for name, value in {**asked, **place}.items() if value is not None}
    conditions = [says for name, says in _CONDITIONS.items() if name in given]
    query = f"""
SELECT * FROM conversions WHERE {" AND ".join(["partner_id = :partner_id", *conditions])}
ORDER BY changed_at, conversion_id LIMIT :limit
"""  # noqa: S608 - our own conditions
    return list(connection.execute(text(query), {**given, "partner_id": partner_id}).mappings())


def with_messages(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Answer conversions each with its messages, at most MOST_MESSAGES of line and order each."""
    pairs = [subjects(row) for row in rows]
    wanted = list({one for both in pairs for one in both})
    said: dict[UUID, list[RowMapping]] = {}
    for message in connection.execute(_MESSAGES, {"subject_ids": wanted}).mappings():
        said.setdefault(message["subject_id"], []).append(message)
    return [
        {**row, "messages": [one for subject in both for one in said.get(subject, ())]}
        for both, row in zip(pairs, rows, strict=True)
    ]


def subjects(row: RowMapping) -> tuple[UUID, UUID]:
    """Answer what messages about a conversion are kept under: its line and its whole order."""
    return row["conversion_id"], order_id_of(row["partner_id"], row["order_id"])
