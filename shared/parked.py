"""Messages that could not be applied: kept with their reason, replayed or discarded, never dropped.

States: `parked` needs an operator; `waiting` needs only another message or a cause that is missing,
and is tried again by itself; `replay` was sent back by an operator; `applied` and `discarded` are
ends.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Connection, text

from shared.arrays import array
from shared.events import Event
from shared.schemas import rfc3339

_LONGEST_WAIT_SECONDS = 30
_PARK = text("""
INSERT INTO parked (parked_id, topic, partition, "offset", key, aggregate_id, version, message,
                    reason, state, parked_at, retry_at)
VALUES (:parked_id, :topic, :partition, :offset, :key, :aggregate_id, :version, :message, :reason,
        :state, :now, :now)
ON CONFLICT (topic, partition, "offset", md5(message)) DO UPDATE SET
    reason = excluded.reason, state = excluded.state, tries = parked.tries + 1,
    retry_at = :now + make_interval(secs => least(power(2, least(parked.tries, 10)), :longest_wait))
WHERE parked.state NOT IN ('applied', 'discarded')
RETURNING parked_id, (xmax = 0) AS is_new
""")
_DUE = text("""
SELECT parked_id, topic, partition, "offset", key, message
FROM parked LEFT JOIN inbox USING (topic, aggregate_id)
WHERE parked.topic = ANY(:topics)
  AND (state = 'replay' OR state = 'waiting' AND retry_at <= :now
                           AND parked.version <= coalesce(inbox.version, 0) + 1)
ORDER BY parked.topic, parked.aggregate_id, parked.version, "offset"
LIMIT :batch
""")
_FINISH = """
UPDATE parked SET state = 'applied'
FROM unnest(%s::text[], %s::bigint[]) AS done (aggregate_id, version)
WHERE parked.topic = %s AND parked.aggregate_id = done.aggregate_id
  AND parked.version <= done.version AND state NOT IN ('applied', 'discarded')
"""


class UnknownParkedMessage(LookupError):
    """No open parked message has this id."""

    code = "unknown_parked_message"

    def __init__(self, parked_id: UUID) -> None:
        """Name the id."""
        super().__init__(f"No parked message {parked_id} is open.")


class Message(Struct, frozen=True):
    """A message as it came from Kafka; `parked_id` when it comes back from the parked table."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    parked_id: UUID | None = None


def park(  # noqa: PLR0913 - one row, its columns
    connection: Connection,
    message: Message,
    *,
    aggregate_id: str | None,
    version: int | None,
    state: str,
    reason: str,
    now: datetime,
) -> UUID | None:
    """Keep a message with its reason; answers the id when it was not parked before."""
    row = connection.execute(
        _PARK,
        {
            "parked_id": message.parked_id or uuid4(),
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "key": None if message.key is None else message.key.decode(errors="replace"),
            "aggregate_id": aggregate_id,
            "version": version,
            "message": message.value,
            "reason": reason[:1_000].replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            "state": state,
            "now": now,
            "longest_wait": _LONGEST_WAIT_SECONDS,
        },
    ).first()
    return row.parked_id if row is not None and row.is_new else None


def due(connection: Connection, topics: Sequence[str], now: datetime, batch: int) -> list[Message]:
    """Answer the messages whose turn has come again, in order."""
    rows = connection.execute(_DUE, {"topics": list(topics), "now": now, "batch": batch})
    return [
        Message(
            row.topic,
            row.partition,
            row.offset,
            None if row.key is None else row.key.encode(),
            bytes(row.message),
            row.parked_id,
        )
        for row in rows
    ]


def finish(connection: Connection, topic: str, versions: Mapping[str, int]) -> None:
    """Note that what was parked of these aggregates, up to these versions, is applied now."""
    reached = [array(list(versions)), array(list(versions.values()))]
    connection.exec_driver_sql(_FINISH, (*reached, topic))


def announce(group: str, message: Message, parked_id: UUID, reason: str, now: datetime) -> Event:
    """Build the event that tells the world of a parked message."""
    return Event(
        topic=f"{group}-parked",
        key=str(parked_id),
        type="message.parked",
        aggregate_id=str(parked_id),
        version=1,
        occurred_at=now,
        data={
            "parked_id": str(parked_id),
            "consumer": group,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "key": None if message.key is None else message.key.decode(errors="replace"),
            "reason": reason[:1_000],
            "parked_at": rfc3339(now),
        },
    )


def listing(connection: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Answer the open messages, oldest first."""
    rows = connection.execute(
        text("""
        SELECT parked_id, topic, partition, "offset", key, aggregate_id, version, reason, state,
               tries, parked_at
        FROM parked WHERE state NOT IN ('applied', 'discarded') ORDER BY parked_at LIMIT :limit
        """),
        {"limit": limit},
    ).mappings()
    return [dict(row) for row in rows]


def replay(connection: Connection, parked_id: UUID) -> None:
    """Send a parked message back to its consumer; raises UnknownParkedMessage."""
    ask = text("""
        UPDATE parked SET state = 'replay' WHERE parked_id = :parked_id
        AND state NOT IN ('applied', 'discarded') RETURNING parked_id
    """)
    if connection.execute(ask, {"parked_id": parked_id}).first() is None:
        raise UnknownParkedMessage(parked_id)


def discard(connection: Connection, parked_id: UUID) -> None:
    """Give a message up, so that what waits behind it goes on; raises UnknownParkedMessage."""
    ask = text("""
        UPDATE parked SET state = 'discarded' WHERE parked_id = :parked_id
        AND state NOT IN ('applied', 'discarded') RETURNING topic, aggregate_id, version
    """)
    row = connection.execute(ask, {"parked_id": parked_id}).first()
    if row is None:
        raise UnknownParkedMessage(parked_id)
    if row.aggregate_id is not None:
        _step_over(connection, row.topic, row.aggregate_id, row.version)


def _step_over(connection: Connection, topic: str, aggregate_id: str, version: int) -> None:
    which = {"topic": topic, "aggregate_id": aggregate_id, "version": version}
    connection.execute(
        text("""
        UPDATE inbox SET version = :version
        WHERE topic = :topic AND aggregate_id = :aggregate_id AND version = :version - 1
        """),
        which,
    )
    connection.execute(
        text("""
        INSERT INTO inbox (topic, aggregate_id, version)
        SELECT :topic, :aggregate_id, :version WHERE :version = 1 ON CONFLICT DO NOTHING
        """),
        which,
    )
