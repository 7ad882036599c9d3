"""The consumer runtime: poll, apply what came in transactions of its own, then commit offsets.

While a batch is applied the next one is fetched and read: the database and Python work at the same
time. No more than one is under way, so the order stays and a kill repeats two batches at most.

Three kinds of failure have three fates. Poison (unreadable, or a handler that raises for this one
message) is parked with its reason, and only its own aggregate waits behind it. A passing fault (a
server is away) stops the loop at this batch until it has passed. A cause that is missing (`NotYet`)
lets the message wait in the parked table and be tried again by itself. Business refusals are
outcomes, not exceptions.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import Engine

from shared import parked
from shared.apply import Applier
from shared.clock import Clock, utc_now
from shared.database import SERVER_AWAY
from shared.kafka import (
    CommitFailedError,
    KafkaConsumer,
    KafkaError,
    TopicPartition,
    commit_up_to,
    make_consumer,
)
from shared.parked import Message
from shared.pulse import Pulse
from shared.reading import Batch
from shared.subscriptions import Subscription

log = structlog.get_logger()
APPLIED = Counter("consumer_messages", "Messages read, by topic.", ["topic"])
LAG = Gauge("consumer_lag", "Messages of a partition not read yet.", ["topic", "partition"])

# kafka-python's answer to a poll: its records carry no types.
Polled = Mapping[TopicPartition, Sequence[Any]]
# By partition, the offset to read next.
Offsets = dict[TopicPartition, int]

# While a batch is applied its offsets wait to be committed; what comes in ends either at once.
_POLL_MS = 200
_IDLE_POLL_MS = 500
# kafka-python 3.0 forgets its place in the group when a poll ends while it joins for the second
# time, as it does when it first joined before it knew the topics: so a join gets all the time that
# it needs, and a reader that has no partitions for long begins again.
_JOIN_MS = 3_000
_LONGEST_WITHOUT_PARTITIONS_SECONDS = 30.0
_CLOSE_MS = 5_000
_BATCH = 1_000
_DUE_EVERY_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0
_PAUSE_AFTER_FAULT_SECONDS = 1.0


def consume(  # noqa: PLR0913 - the composition root passes what a loop needs, once
    engine: Engine,
    bootstrap: str,
    group: str,
    subscriptions: Sequence[Subscription],
    stop: threading.Event,
    *,
    clock: Clock = utc_now,
    instance: str = "0",
    pulse: Pulse | None = None,
    batch: int = _BATCH,
    lanes: int = 1,
) -> None:
    """Apply the subscribed topics until `stop` is set; raises TooMuchPoison."""
    topics = [one.topic for one in subscriptions]
    applier = Applier(engine, group, subscriptions, clock, lanes)
    pulse = pulse or Pulse()

    def catch_up() -> None:
        _insist(lambda: _apply_due(engine, applier, topics, clock, batch), stop)

    while not stop.is_set():
        pulse.beat()
        try:
            consumer = make_consumer(bootstrap, group, topics, instance=instance, batch=batch)
            _follow(consumer, applier, catch_up, stop, pulse)
        except KafkaError as fault:
            # A client that failed may stay failed: the next try has a new one.
            log.warning("consumer.reconnects", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """What was polled last: it is applied while the next messages are fetched and read."""

    applied: Future[bool]
    next_offsets: Offsets


def _follow(
    consumer: KafkaConsumer,
    applier: Applier,
    catch_up: Callable[[], None],
    stop: threading.Event,
    pulse: Pulse,
) -> None:
    next_due = 0.0
    under_way: _UnderWay | None = None
    uncommitted: Offsets = {}
    place = Place()
    # One thread applies, so batches keep their order; it ends before its consumer does.
    with _closing(consumer), ThreadPoolExecutor(1, thread_name_prefix="apply") as applying:
        while not stop.is_set():
            pulse.beat()
            polled = consumer.poll(timeout_ms=_how_long(consumer, under_way))
            place.check(consumer)
            batches = _read(applier, polled)
            uncommitted = _commit(consumer, uncommitted | _applied(under_way))
            under_way = None
            if time.monotonic() >= next_due:
                catch_up()
                next_due = time.monotonic() + _DUE_EVERY_SECONDS
            if batches:
                applied = applying.submit(_apply_all, applier, batches, stop)
                next_offsets = {place: records[-1].offset + 1 for place, records in polled.items()}
                under_way = _UnderWay(applied, next_offsets)
        _commit(consumer, uncommitted | _applied(under_way))


def _how_long(consumer: KafkaConsumer, under_way: _UnderWay | None) -> int:
    if not consumer.assignment():
        return _JOIN_MS
    return _POLL_MS if under_way else _IDLE_POLL_MS


class NoPartitions(KafkaError):
    """The group gave this reader nothing to read for too long."""


class Place:
    """Minds that the group gives this reader something to read; begin anew with each consumer."""

    def __init__(self) -> None:
        """Begin to wait now."""
        self._had_partitions_at = time.monotonic()

    def check(self, consumer: KafkaConsumer) -> None:
        """Raise NoPartitions when there were none for long."""
        now = time.monotonic()
        if consumer.assignment():
            self._had_partitions_at = now
        elif now - self._had_partitions_at > _LONGEST_WITHOUT_PARTITIONS_SECONDS:
            message = f"no partitions for {_LONGEST_WITHOUT_PARTITIONS_SECONDS:.0f} s"
            raise NoPartitions(message)


@contextmanager
def _closing(consumer: KafkaConsumer) -> Iterator[None]:
    try:
        yield
    finally:
        consumer.close(timeout_ms=_CLOSE_MS)


def _read(applier: Applier, polled: Polled) -> list[Batch]:
    """Read what was polled, each topic by itself."""
    messages: dict[str, list[Message]] = {}
    for place, records in polled.items():
        messages.setdefault(place.topic, []).extend(
            Message(place.topic, record.partition, record.offset, record.key, record.value)
            for record in records
        )
    return [applier.read(messages[topic]) for topic in sorted(messages)]


def _apply_all(applier: Applier, batches: Sequence[Batch], stop: threading.Event) -> bool:
    for batch in batches:
        if not _insist(lambda batch=batch: applier.apply_batch(batch), stop):  # type: ignore[misc]
            return False
        APPLIED.labels(batch.topic.topic).inc(len(batch.read) + len(batch.unreadable))
    return True


def _applied(under_way: _UnderWay | None) -> Offsets:
    """Wait until the last batch is applied; answers its offsets. Raises TooMuchPoison."""
    # Stopped before it was through: its offsets stay.
    return under_way.next_offsets if under_way is not None and under_way.applied.result() else {}


def _commit(consumer: KafkaConsumer, next_offsets: Offsets) -> Offsets:
    """Commit offsets; answers what is left to commit when no more comes that would bring it on."""
    if not next_offsets:
        return {}
    left: Offsets = {}
    try:
        commit_up_to(consumer, next_offsets)
    except CommitFailedError:
        log.warning("consumer.group_moved_on")  # the next reader repeats the batch; the inbox knows
    except KafkaError as fault:
        log.warning("consumer.commit_failed", fault=str(fault)[:300])
        left = next_offsets
    for place, offset in next_offsets.items():
        LAG.labels(place.topic, place.partition).set((consumer.highwater(place) or offset) - offset)
    return left


def _apply_due(
    engine: Engine, applier: Applier, topics: Sequence[str], clock: Clock, batch: int
) -> None:
    with engine.connect() as connection:
        messages = parked.due(connection, topics, clock(), batch)
    for topic in sorted({message.topic for message in messages}):
        applier.apply([message for message in messages if message.topic == topic])


def _insist(work: Callable[[], None], stop: threading.Event) -> bool:
    """Do the work, waiting longer and longer while a fault passes; answers False when stopped."""
    pause = 0.1
    while not stop.is_set():
        try:
            work()
        except SERVER_AWAY as fault:
            log.warning("consumer.retries", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            return True
    return False
