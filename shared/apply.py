"""A topic's batch is read, then guarded and handled in a transaction for each step of each lane.

A step whose handler fails is halved until its poison is alone, and parked.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog
from msgspec import Struct
from prometheus_client import Counter
from sqlalchemy import Connection, Engine

from shared import event_log, inbox, parked
from shared.clock import Clock
from shared.database import SERVER_AWAY
from shared.events import Envelope, Received, UnreadableEvent
from shared.lanes import Lanes
from shared.parked import Message
from shared.reading import Batch, Read, read_batch
from shared.subscriptions import NotYet, Subscription

log = structlog.get_logger()
PARKED = Counter("consumer_parked", "Messages parked, by topic.", ["topic"])

_MOST_POISON_IN_A_ROW = 100


class TooMuchPoison(RuntimeError):
    """So many messages in a row failed that the fault must be ours: stop."""


class _Turn(Struct, frozen=True):
    """A batch sorted out: what is applied now, the versions reached, what came before its turn."""

    events: list[Received[Any]]
    versions: dict[str, int]
    early: list[Read]


class Applier:
    """Applies messages of the subscribed topics exactly once and in order."""

    def __init__(
        self,
        engine: Engine,
        group: str,
        subscriptions: Sequence[Subscription],
        clock: Clock,
        lanes: int = 1,
    ) -> None:
        """Take the database, the group's name, what to do with each topic, how many lanes."""
        self._engine = engine
        self._group = group
        self._by_topic = {one.topic: one for one in subscriptions}
        self._clock = clock
        self._poison_in_a_row = 0
        self._lanes = Lanes(lanes)

    def apply(self, messages: Sequence[Message]) -> None:
        """Apply messages of ONE topic in their order; raises passing faults and TooMuchPoison."""
        self.apply_batch(self.read(messages))

    def read(self, messages: Sequence[Message]) -> Batch:
        """Read messages of ONE topic; asks no server, so it may run while others are applied."""
        return read_batch(self._by_topic[messages[0].topic], messages)

    def apply_batch(self, batch: Batch) -> None:
        """Apply what was read, park what could not be; raises passing faults and TooMuchPoison."""
        for one in batch.unreadable:
            self._park(one.message, one.envelope, "parked", one.reason)
        self._lanes.apply(
            batch.read,
            _lane_of(batch.topic, batch.read),
            lambda part: self._apply_or_halve(batch.topic, part),
        )

    def _apply_or_halve(self, topic: Subscription, read: Sequence[Read]) -> None:
        if not read:
            return
        try:
            self._apply_together(topic, read)
        except SERVER_AWAY:
            raise
        except NotYet as wait:
            self._let_wait(topic, read, wait)
        except Exception as fault:  # noqa: BLE001 - whatever a handler raises is this batch's poison
            if len(read) == 1:
                self._park_poison(read[0], fault)
                return
            middle = len(read) // 2
            self._apply_or_halve(topic, read[:middle])
            self._apply_or_halve(topic, read[middle:])
        else:
            self._poison_in_a_row = 0

    def _apply_together(self, topic: Subscription, read: Sequence[Read]) -> None:
        with self._engine.begin() as connection:
            turn = _take_turn(connection, topic, read)
            _handle(connection, topic, turn.events, self._clock)
            for one in turn.early:
                self._keep_waiting(connection, one)
            parked.finish(connection, topic.topic, turn.versions)

    def _let_wait(self, topic: Subscription, read: Sequence[Read], wait: NotYet) -> None:
        waiting = [one for one in read if one.envelope.aggregate_id in wait.aggregate_ids]
        if not waiting:
            message = f"NotYet named no aggregate of its batch: {wait.reason}"
            raise RuntimeError(message) from wait
        for one in waiting:
            self._park(one.message, one.envelope, "waiting", wait.reason)
        names = {id(one) for one in waiting}
        self._apply_or_halve(topic, [one for one in read if id(one) not in names])

    def _keep_waiting(self, connection: Connection, one: Read) -> None:
        parked.park(
            connection,
            one.message,
            aggregate_id=one.envelope.aggregate_id,
            version=one.envelope.version,
            state="waiting",
            reason=f"waits for version {one.envelope.version - 1} of {one.envelope.aggregate_id}",
            now=self._clock(),
        )

    def _park_poison(self, one: Read, fault: Exception) -> None:
        self._park(one.message, one.envelope, "parked", f"{type(fault).__name__}: {fault}")

    def _park(self, message: Message, envelope: Envelope | None, state: str, reason: str) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            new = parked.park(
                connection,
                message,
                aggregate_id=None if envelope is None else envelope.aggregate_id,
                version=None if envelope is None else envelope.version,
                state=state,
                reason=reason,
                now=now,
            )
            if new is not None and state == "parked":
                told = parked.announce(self._group, message, new, reason, now)
                event_log.add(connection, [told])
        if state == "parked":
            self._count_poison(message, reason)

    def _count_poison(self, message: Message, reason: str) -> None:
        PARKED.labels(message.topic).inc()
        log.error(
            "consumer.parked", topic=message.topic, offset=message.offset, reason=reason[:300]
        )
        self._poison_in_a_row += 1
        if self._poison_in_a_row >= _MOST_POISON_IN_A_ROW:
            fault = (
                f"{self._poison_in_a_row} messages in a row could not be applied: {reason[:300]}"
            )
            raise TooMuchPoison(fault)


def apply_unguarded(connection: Connection, batch: Batch, clock: Clock) -> None:
    """Apply a batch in the caller's transaction: he knows that it is in order and comes once.

    Raises UnreadableEvent, and whatever a handler raises.
    """
    for one in batch.unreadable:
        raise UnreadableEvent(one.reason)
    events = [one.event for one in batch.read if one.event is not None]
    _handle(connection, batch.topic, events, clock)


def _lane_of(topic: Subscription, read: Sequence[Read]) -> Callable[[Read], Hashable] | None:
    lane_of = topic.lane_of
    # A type that is not heard here shows no data to tell its lane by: such a batch stays whole.
    if lane_of is None or any(one.event is None for one in read):
        return None
    return lambda one: None if one.event is None else lane_of(one.event.data)


def _take_turn(connection: Connection, topic: Subscription, read: Sequence[Read]) -> _Turn:
    """Sort out what is applied now and move the guard.

    An aggregate that begins in this batch is noted without asking for it first, which saves the
    topics where most of them are new half of their questions.
    """
    turn = _sort_out(read, {}, snapshots=topic.snapshots)
    new = inbox.begin(connection, topic.topic, turn.versions)
    if len(new) == len(turn.versions) and not turn.early:
        return turn
    others = {one.envelope.aggregate_id for one in read} - new
    known = inbox.applied_versions(connection, topic.topic, others)
    turn = _sort_out(read, known, snapshots=topic.snapshots)
    moved = {one: version for one, version in turn.versions.items() if one in known}
    inbox.move(connection, topic.topic, moved)
    return _Turn(turn.events, known | turn.versions, turn.early)


def _sort_out(read: Iterable[Read], known: Mapping[str, int], *, snapshots: bool) -> _Turn:
    turn = _Turn([], {}, [])
    for one in read:
        aggregate_id, version = one.envelope.aggregate_id, one.envelope.version
        last = turn.versions.get(aggregate_id, known.get(aggregate_id, 0))
        if version <= last:
            continue
        if version > last + 1 and not snapshots:
            turn.early.append(one)
            continue
        turn.versions[aggregate_id] = version
        if one.event is not None:
            turn.events.append(one.event)
    return turn


def _handle(
    connection: Connection, topic: Subscription, events: Iterable[Received[Any]], clock: Clock
) -> None:
    for event_type, run in groupby(events, key=lambda event: event.type):
        topic.events[event_type].handle(connection, list(run), clock)
