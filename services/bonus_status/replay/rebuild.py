"""Builds the state again from the events alone, by the handlers of the consumer, into a schema.

The order is the one in which the live service applied them, kept strictly: in lanes side by side
two members could change places at the edge of a cap. Each run of one topic is applied in
transactions of its own, then its place is noted: a rebuild that was killed goes on where it was,
and events that are applied twice fall through; a command is one transaction with its place. Run
again, it catches up with what is live. What the handlers would say is said to nobody and kept
nowhere: it stands in the live service's own log.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from services.bonus_status.consumer import GROUP, SUBSCRIPTIONS
from services.bonus_status.replay.commands import COMMANDS
from services.bonus_status.replay.rules import Rules
from services.bonus_status.replay.said import Reading
from services.bonus_status.store import settings
from services.bonus_status.store.replay import applied, rebuilds
from services.bonus_status.store.replay.applied import Applied
from shared.apply import Applier, Batch
from shared.clock import utc_now
from shared.http_client import HttpClient
from shared.parked import Message

_MOST_AT_ONCE = 8_000
# The order is known, and what a clerk discarded has no place in it: so gaps are meant.
_IN_THEIR_ORDER = tuple(replace(one, snapshots=True) for one in SUBSCRIPTIONS)

# The step, how much of it is done, and of how much; 0: not known.
Say = Callable[[str, int, int], None]


class CouldNotApply(Exception):
    """Some events that were applied once cannot be applied again."""

    def __init__(self, count: int, reason: str) -> None:
        """Say how many, and why the first."""
        super().__init__(f"{count} events could not be applied again; one of them: {reason}")


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
            failed, reason = rebuilds.could_not_be_applied(connection)
        if failed:
            raise CouldNotApply(failed, reason)
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
            applier = Applier(self.again, GROUP, _IN_THEIR_ORDER, utc_now)
            for run in applied.runs(live, after, until, _MOST_AT_ONCE):
                # While one run is applied, the next one is fetched and read.
                batch = None if run.topic in COMMANDS else self._batch(applier, run, done, reading)
                if under_way is not None:
                    under_way.result()
                    self.say("applying", done, of)
                under_way = applying.submit(self._apply_run, applier, run, batch)
                done += len(run.versions)
            if under_way is not None:
                under_way.result()
            self.say("applying", done, of)
        return done

    def _batch(self, applier: Applier, run: Applied, first: int, reading: Reading) -> Batch:
        texts = reading.messages(run)
        return applier.read(list(self._messages(run, texts, first)))

    def _messages(self, run: Applied, texts: list[str], first: int) -> Iterator[Message]:
        for offset, text in enumerate(texts, start=first):
            value = self.rules.applied_to(run.topic, text.encode())
            yield Message(run.topic, 0, offset, None, value)

    def _apply_run(self, applier: Applier, run: Applied, batch: Batch | None) -> None:
        if batch is not None:
            applier.apply_batch(batch)
            with self.again.begin() as connection:
                rebuilds.move(connection, run.place)
            return
        with self.live.connect() as live, self.again.begin() as connection:
            for command in zip(run.aggregate_ids, run.versions, strict=True):
                COMMANDS[run.topic](self.rules, live, connection, *command)
            rebuilds.move(connection, run.place)
