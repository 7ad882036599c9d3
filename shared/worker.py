"""The consumer runtime: poll, apply a topic's batch in one transaction, then commit offsets.

Three kinds of failure have three fates. Poison (unreadable, or a handler that raises for this one
message) is parked with its reason, and only its own aggregate waits behind it. A passing fault (a
server is away) stops the loop at this batch until it has passed. A cause that is missing (`NotYet`)
lets the message wait in the parked table and be tried again by itself. Business refusals are
outcomes, not exceptions.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import Engine

from shared import parked
from shared.apply import PASSING_FAULTS, Applier
from shared.clock import Clock, utc_now
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
from shared.subscriptions import Subscription

log = structlog.get_logger()
APPLIED = Counter("consumer_messages", "Messages read, by topic.", ["topic"])
LAG = Gauge("consumer_lag", "Messages of a partition not read yet.", ["topic", "partition"])

_POLL_MS = 200
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

    def turn(consumer: KafkaConsumer) -> None:
        pulse.beat()
        _turn(consumer, applier, stop)

    def catch_up() -> None:
        _insist(lambda: _apply_due(engine, applier, topics, clock, batch), stop)

    while not stop.is_set():
        pulse.beat()
        try:
            consumer = make_consumer(bootstrap, group, topics, instance=instance, batch=batch)
            _turn_until(stop, consumer, turn, catch_up)
        except KafkaError as fault:
            # A client that failed may stay failed: the next try has a new one.
            log.warning("consumer.reconnects", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)


def _turn_until(
    stop: threading.Event,
    consumer: KafkaConsumer,
    turn: Callable[[KafkaConsumer], None],
    catch_up: Callable[[], None],
) -> None:
    next_due = 0.0
    try:
        while not stop.is_set():
            turn(consumer)
            if time.monotonic() >= next_due:
                catch_up()
                next_due = time.monotonic() + _DUE_EVERY_SECONDS
    finally:
        consumer.close(timeout_ms=5_000)


def _turn(consumer: KafkaConsumer, applier: Applier, stop: threading.Event) -> None:
    polled = consumer.poll(timeout_ms=_POLL_MS)
    if not polled:
        return
    for topic in sorted({place.topic for place in polled}):
        messages = [
            Message(topic, record.partition, record.offset, record.key, record.value)
            for place, records in polled.items()
            if place.topic == topic
            for record in records
        ]
        if not _insist(lambda messages=messages: applier.apply(messages), stop):  # type: ignore[misc]
            return  # stopped before the batch was through: its offsets stay
        APPLIED.labels(topic).inc(len(messages))
    _commit(consumer, {place: records[-1].offset + 1 for place, records in polled.items()})


def _commit(consumer: KafkaConsumer, next_offsets: dict[TopicPartition, int]) -> None:
    try:
        commit_up_to(consumer, next_offsets)
    except CommitFailedError:
        log.warning("consumer.group_moved_on")  # the next reader repeats the batch; the inbox knows
    except KafkaError as fault:
        log.warning("consumer.commit_failed", fault=str(fault)[:300])
    for place, offset in next_offsets.items():
        LAG.labels(place.topic, place.partition).set((consumer.highwater(place) or offset) - offset)


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
        except PASSING_FAULTS as fault:
            log.warning("consumer.retries", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            return True
    return False
