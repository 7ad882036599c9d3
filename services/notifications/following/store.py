"""Queries on what became of messages that the gateway took."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.notifications.domain import Kind
from services.notifications.ways import store as ways
from services.notifications.ways.domain import MAY_BE_MAILED

# The next question is due after a pause that doubles from 5 s to an hour, whatever this one brings.
_CLAIM = text("""
UPDATE messages SET checks = checks + 1, check_at = CASE WHEN ended_at < :given_up THEN NULL
    ELSE :now + least(interval '5 seconds' * power(2, least(checks, 12)), interval '1 hour') END
WHERE message_id IN (
    SELECT message_id FROM messages WHERE check_at <= :now
    ORDER BY check_at LIMIT :batch FOR UPDATE SKIP LOCKED
) RETURNING message_id
""")
_NOTE = text("""
UPDATE messages SET delivery = told.delivery, delivery_at = :now, check_at = NULL
FROM unnest(CAST(:ids AS uuid[]), CAST(:deliveries AS text[])) AS told (message_id, delivery)
WHERE messages.message_id = told.message_id AND messages.delivery = 'accepted'
RETURNING messages.message_id, messages.kind, messages.channel, messages.delivery
""")


def claim(connection: Connection, now: datetime, given_up: datetime, batch: int) -> Sequence[UUID]:
    """Claim messages about which the gateway is to be asked; the last time where they are old."""
    values = {"now": now, "given_up": given_up, "batch": batch}
    return list(connection.scalars(_CLAIM, values))


def note(
    connection: Connection, deliveries: Mapping[UUID, str], now: datetime
) -> list[tuple[UUID, str]]:
    """Note what became of messages; answers those that failed.

    What may be mailed is mailed then; a code, or what guards an account, never is.
    """
    values = {"ids": list(deliveries), "deliveries": list(deliveries.values()), "now": now}
    failed = [row for row in connection.execute(_NOTE, values) if row.delivery == "failed"]
    for row in failed:
        if row.channel == "sms" and Kind(row.kind) in MAY_BE_MAILED:
            ways.add_beside(connection, row.message_id, now)
    return [(row.message_id, row.kind) for row in failed]
