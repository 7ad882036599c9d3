"""Queries on the queue as a clerk sees it, and on what clerks decided."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, RowMapping, text


@dataclass(frozen=True, slots=True)
class Decision:
    """What a clerk decided on a held receipt, and what came of it."""

    receipt_id: UUID
    decision: str
    code: str
    rule: str | None
    reason: str
    decided_by: str
    decided_at: datetime
    verdict: str
    verdict_code: str


# Only what is asked for is a condition: a plan for all of them at once would use no index.
_CONDITIONS = {
    "code": "held.code = :code",
    "partner_id": "held.partner_id = :partner_id",
    "store_id": "held.store_number IN (SELECT number FROM stores WHERE store_id = :store_id)",
    "after_id": "(held.since, held.receipt_id) > (:after_at, :after_id)",
}
_PLACE = text("SELECT receipt_id, partner_id, order_id FROM held WHERE receipt_id = :receipt_id")
_VERDICT = text("SELECT verdict, code FROM receipts WHERE receipt_id = :receipt_id")
_NOTE = text("""
INSERT INTO held_decisions (receipt_id, decision, code, rule, reason, decided_by, decided_at,
                            verdict, verdict_code)
VALUES (:receipt_id, :decision, :code, :rule, :reason, :decided_by, :decided_at, :verdict,
        :verdict_code)
""")
_DECISIONS = text("""
SELECT decision, code, rule, reason, decided_by, decided_at, verdict, verdict_code
FROM held_decisions WHERE receipt_id = :receipt_id ORDER BY decision_number
""")


def waiting(
    connection: Connection, asked: Mapping[str, Any], after: tuple[datetime, UUID] | None
) -> list[RowMapping]:
    """Answer a page of what is held, what waits longest first."""
    place = dict(zip(("after_at", "after_id"), after or (), strict=False))
    given = {name: value for name, value in {**asked, **place}.items() if value is not None}
    conditions = [says for name, says in _CONDITIONS.items() if name in given]
    query = f"""
SELECT held.receipt_id, held.code, held.partner_id, held.order_id, held.since, held.tried_at,
       held.rule, held.waived, stores.store_id, receipt.detail, receipt.format, receipt.source,
       receipt.said
FROM held JOIN receipts AS receipt USING (receipt_id)
LEFT JOIN stores ON stores.number = held.store_number
WHERE {" AND ".join(["true", *conditions])}
ORDER BY held.since, held.receipt_id LIMIT :limit
"""  # noqa: S608 - our own conditions
    return list(connection.execute(text(query), given).mappings())


def place_of(connection: Connection, receipt_id: UUID) -> Row[Any] | None:
    """Answer the order of a held receipt, or None when it is not held."""
    return connection.execute(_PLACE, {"receipt_id": receipt_id}).first()


def verdict_of(connection: Connection, receipt_id: UUID) -> tuple[str, str] | None:
    """Answer verdict and code of a receipt, held or not."""
    row = connection.execute(_VERDICT, {"receipt_id": receipt_id}).first()
    return (row.verdict, row.code) if row else None


def note(connection: Connection, decision: Decision) -> None:
    """Keep what a clerk decided; it is never changed."""
    connection.execute(_NOTE, asdict(decision))


def decisions(connection: Connection, receipt_id: UUID) -> list[Mapping[str, Any]]:
    """Answer what clerks decided on a receipt, the first first."""
    rows = connection.execute(_DECISIONS, {"receipt_id": receipt_id})
    return [dict(row) for row in rows.mappings()]
