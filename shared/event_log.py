"""What a service says: written in the transaction of the change itself, sent to Kafka by a relay.

The relay follows commit order: it reads rows whose transaction is older than every running one, so
a transaction that took an early number and commits late is never skipped, as it would be with `id >
last`. It moves its cursor only after Kafka acknowledged, so a crash sends again and loses nothing.
The log is kept: after a loss of all brokers it is sent again from any moment (`republish`).
A service may chain the log of each aggregate by hashes (`add_chained`): no event of the past can
then be changed, left out or put in without every hash behind it changing too.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from shared import chain, contracts
from shared.arrays import columns
from shared.database import raw
from shared.events import Event
from shared.pulse import Pulse

if TYPE_CHECKING:
    from shared.kafka import KafkaProducer

log = structlog.get_logger()
SENT = Counter("event_log_sent", "Events that Kafka acknowledged.")
UNSENT = Gauge("event_log_unsent", "Events that wait for the relay.")

_BATCH = 1_000
_SEND_SECONDS = 35
_CLOSE_SECONDS = 5
_RARER = 3  # how much longer a relay waits when nothing has come for a while
_PAUSE_AFTER_FAULT_SECONDS = 1.0
_ONE_RELAY = "event_log_relay"
_SAYS_NOTHING = "event_log_says_nothing"

_ADD = """
INSERT INTO event_log (topic, key, aggregate_id, version, occurred_at, message)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[],
                     %s::text[])
"""
# Only a log that `tables.chain_event_log` prepared has the last column. Chained logs are the long
# ones, and COPY costs the server two thirds of what an insert from arrays does.
_COPY_CHAINED = """
COPY event_log (topic, key, aggregate_id, version, occurred_at, message, chain_hash) FROM STDIN
"""
_NEXT = text("""
SELECT log.transaction_id::text, log.position, log.topic, log.key, log.message,
       sent.transaction_id::text AS sent_transaction_id, sent.position AS sent_position
FROM event_log AS log, event_log_sent AS sent
WHERE (log.transaction_id, log.position) > (sent.transaction_id, sent.position)
  AND log.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY log.transaction_id, log.position
LIMIT :batch
""")
_MOVE = text("""
UPDATE event_log_sent SET transaction_id = CAST(:transaction_id AS xid8), position = :position
WHERE (event_log_sent.transaction_id, event_log_sent.position)
    = (CAST(:sent_transaction_id AS xid8), :sent_position)
""")
_CURSOR = ("transaction_id", "position", "sent_transaction_id", "sent_position")
_UNSENT = text("""
SELECT count(*) FROM event_log AS log, event_log_sent AS sent
WHERE (log.transaction_id, log.position) > (sent.transaction_id, sent.position)
""")
_GO_BACK = text("""
UPDATE event_log_sent AS sent SET transaction_id = first.transaction_id,
    position = first.position - 1
FROM (
    SELECT transaction_id, position FROM event_log WHERE occurred_at >= :since
    ORDER BY transaction_id, position LIMIT 1
) AS first
WHERE (first.transaction_id, first.position - 1) < (sent.transaction_id, sent.position)
""")


def silent(engine: Engine) -> Engine:
    """Answer the engine as one whose transactions say nothing: for a state worked out again.

    What was said of it stands in the log of the first time; nobody would read it here.
    """
    return engine.execution_options(**{_SAYS_NOTHING: True})


def add(connection: Connection, events: Sequence[Event]) -> None:
    """Write events in the caller's transaction; raises ContractBroken and writes nothing."""
    if events and not is_silent(connection):
        connection.exec_driver_sql(_ADD, tuple(columns(_rows(events))))


def add_chained(
    connection: Connection, events: Sequence[Event], ends: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Write events, each linked to the one before it of its aggregate; raises ContractBroken.

    It copies, so it cannot be part of a pipeline.
    `ends`: where each aggregate's chain ended, chain.BEGINS for a new one. Answers the new ends.
    """
    if not events or is_silent(connection):
        return {}
    _check(events)
    new: dict[str, bytes] = {}
    with raw(connection).cursor() as cursor, cursor.copy(_COPY_CHAINED) as copying:
        for event in events:
            message, whose = event.encode(), event.aggregate_id
            end = new[whose] = chain.link(new.get(whose) or ends[whose], message)
            kept = (event.topic, event.key, whose, event.version, event.occurred_at)
            copying.write_row((*kept, message.decode(), end))
    return new


def is_silent(connection: Connection) -> bool:
    """Answer whether what is said here is heard by nobody, and need not be put together."""
    return bool(connection.get_execution_options().get(_SAYS_NOTHING))


def _rows(events: Sequence[Event]) -> list[tuple[str, str, str, int, datetime, str]]:
    _check(events)
    return [
        (
            event.topic,
            event.key,
            event.aggregate_id,
            event.version,
            event.occurred_at,
            event.encode().decode(),
        )
        for event in events
    ]


def _check(events: Sequence[Event]) -> None:
    for event in events:
        contracts.check(event.type, event.data)


def unsent(connection: Connection) -> int:
    """Answer how many events wait for the relay."""
    return int(connection.scalar(_UNSENT) or 0)


def republish(connection: Connection, since: datetime) -> int:
    """Move the relay back to the first event since a moment; answers how many it sends again."""
    connection.execute(_GO_BACK, {"since": since})
    return unsent(connection)


def relay(
    engine: Engine,
    bootstrap: str,
    stop: threading.Event,
    *,
    pulse: Pulse | None = None,
    poll_seconds: float = 0.1,
) -> None:
    """Send the log until `stop` is set; of two relays of one service the second waits its turn."""
    # Here, not above: whoever writes to the log imports this module, and only a relay speaks Kafka;
    # the client costs each of the others a quarter of a second of start-up.
    from shared.kafka import KafkaError  # noqa: PLC0415

    pulse = pulse or Pulse()
    while not stop.is_set():
        pulse.beat()
        try:
            _relay_while_leading(engine, bootstrap, stop, pulse, poll_seconds)
        except (DBAPIError, psycopg.Error, KafkaError, TimeoutError) as fault:
            log.warning("relay.retries", fault=str(fault)[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)


def _relay_while_leading(
    engine: Engine,
    bootstrap: str,
    stop: threading.Event,
    pulse: Pulse,
    poll_seconds: float,
) -> None:
    from shared.kafka import make_producer  # noqa: PLC0415

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _lead(connection):
            stop.wait(poll_seconds)
            return
        # A producer that failed may stay failed: each try has a new one, and repeats are harmless.
        producer, pause = make_producer(bootstrap), poll_seconds
        try:
            while not stop.is_set():
                pulse.beat()
                sent = send_next(connection, producer)
                UNSENT.set(unsent(connection) if sent == _BATCH else 0)
                if sent < _BATCH:
                    stop.wait(pause)
                pause = poll_seconds if sent else min(pause * 1.5, _RARER * poll_seconds)
        finally:
            producer.close(timeout=_CLOSE_SECONDS)
            # The lock belongs to the session: a pooled connection would keep it.
            connection.invalidate()


def _lead(connection: Connection) -> bool:
    ask = text("SELECT pg_try_advisory_lock(hashtext(current_schema() || :name))")
    return bool(connection.scalar(ask, {"name": _ONE_RELAY}))


def send_next(connection: Connection, producer: "KafkaProducer") -> int:
    """Send a batch, wait until Kafka has all of it, then move the cursor; answers its size."""
    rows = connection.execute(_NEXT, {"batch": _BATCH}).all()
    if not rows:
        return 0
    futures = [
        producer.send(row.topic, key=row.key.encode(), value=row.message.encode()) for row in rows
    ]
    producer.flush(timeout=_SEND_SECONDS)
    for future in futures:
        future.get(timeout=_SEND_SECONDS)
    # Where a clerk moved the relay back meanwhile, the cursor stays as the clerk left it.
    last = rows[-1]._mapping  # noqa: SLF001 - SQLAlchemy's own public name
    connection.execute(_MOVE, {name: last[name] for name in _CURSOR})
    SENT.inc(len(rows))
    return len(rows)
