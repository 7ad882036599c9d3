"""Builds the state again from the events alone, by the handlers of the consumer, into a schema.

The order is the one in which the live service applied them, kept strictly: in lanes side by side
two members could change places at the edge of a cap. Each run of one topic is one transaction with
its place, so nothing is applied twice: a rebuild that was killed goes on where it was, and run
again, it catches up with what is live. What the handlers would say is said to nobody and kept
nowhere: it stands in the live service's own log.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from services.bonus_status.consumer import SUBSCRIPTIONS
from services.bonus_status.replay.commands import COMMANDS
from services.bonus_status.replay.rules import Rules
from services.bonus_status.replay.said import Reading
from services.bonus_status.store import settings
from services.bonus_status.store.replay import applied, rebuilds
from services.bonus_status.store.replay.applied import Applied
from shared.apply import apply_unguarded
from shared.clock import utc_now
from shared.database import SERVER_AWAY
from shared.http_client import HttpClient
from shared.parked import Message
from shared.reading import Batch, read_batch

_MOST_AT_ONCE = 8_000
_TOPICS = {one.topic: one for one in SUBSCRIPTIONS}

# The step, how much of it is done, and of how much; 0: not known.
Say = Callable[[str, int, int], None]


class CouldNotApply(Exception):
    """What was applied once cannot be applied again."""

    def __init__(self, topic: str, fault: Exception) -> None:
        """Say of which topic, and why."""
        why = f"{type(fault).__name__}: {fault}"
        super().__init__(f"What was applied of {topic} could not be applied again: {why}")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What a rebuild works on: the live schema to read from, and the one that it builds."""

    live: Engine
    again: Engine
    services: Mapping[str, HttpClient]
    rules: Rules
    say: Say

    def run(self) -> int:
        """Catch up with what is live now; answers how many events and commands that were.

        What is read can be applied while the rest is read. Raises NotAnswered, NeverSaid,
        CouldNotApply.
        """
        self._decide()
        with self.live.begin() as connection:
            until = applied.last_place(connection)
        with Reading(self.again, self.services, self._say_read) as reading:
            done = self._apply(until, reading)
            reading.end()
        with self.again.begin() as connection:
            rebuilds.make_indexes(connection)
        return done

    def _decide(self) -> None:
        """Let another rule about unfunded points count from the beginning."""
        decision = self.rules.unfunded_accrues
        if decision is not None:
            with self.again.begin() as connection:
                if settings.unfunded_accrues(connection) is not decision:
                    settings.change(
                        connection,
                        unfunded_accrues=decision,
                        reason="a rule of this rebuild",
                        clerk="rebuild",
                        now=utc_now(),
                    )

    def _say_read(self, count: int) -> None:
        self.say("reading", count, 0)

    def _apply(self, until: int, reading: Reading) -> int:
        with self.again.connect() as connection:
            after = rebuilds.place(connection)
        done = 0
        with self.live.connect() as live, ThreadPoolExecutor(1) as applying:
            of = applied.count(live, after, until)
            under_way: Future[None] | None = None
            for run in applied.runs(live, after, until, _MOST_AT_ONCE):
                # While one run is applied, the next one is fetched and read.
                batch = None if run.topic in COMMANDS else self._batch(run, done, reading)
                if under_way is not None:
                    under_way.result()
                    self.say("applying", done, of)
                under_way = applying.submit(self._apply_run, run, batch)
                done += len(run.versions)
            if under_way is not None:
                under_way.result()
            self.say("applying", done, of)
        return done

    def _batch(self, run: Applied, first: int, reading: Reading) -> Batch:
        texts = reading.messages(run)
        return read_batch(_TOPICS[run.topic], self._messages(run, texts, first))

    def _messages(self, run: Applied, texts: list[str], first: int) -> Iterator[Message]:
        for offset, text in enumerate(texts, start=first):
            value = self.rules.applied_to(run.topic, text.encode())
            yield Message(run.topic, 0, offset, None, value)

    def _apply_run(self, run: Applied, batch: Batch | None) -> None:
        with self.again.begin() as connection:
            if batch is not None:
                _apply_batch(connection, batch)
            else:
                self._apply_commands(connection, run)
            rebuilds.move(connection, run.place)

    def _apply_commands(self, connection: Connection, run: Applied) -> None:
        with self.live.connect() as live:
            for command in zip(run.aggregate_ids, run.versions, strict=True):
                COMMANDS[run.topic](self.rules, live, connection, *command)


def _apply_batch(connection: Connection, batch: Batch) -> None:
    """Apply it together, or else in halves: what took two steps cannot always be done in one."""
    try:
        with connection.begin_nested():
            apply_unguarded(connection, batch, utc_now)
    except SERVER_AWAY:
        raise
    except Exception as fault:
        if len(batch.read) <= 1:
            raise CouldNotApply(batch.topic.topic, fault) from fault
        middle = len(batch.read) // 2
        _apply_batch(connection, replace(batch, read=batch.read[:middle]))
        _apply_batch(connection, replace(batch, read=batch.read[middle:], unreadable=[]))
