"""The micro-batch writer: requests that wait for a commit share the next one.

One thread and one connection a process. While a commit is under way the requests that arrive
gather; the next transaction takes them all, and each is answered only after it. So a hundred
waiting requests cost one commit, and durability is what it was.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import Connection, Engine

from services.partner_postback.store.batches import RACES
from services.partner_postback.verdicts import Arrival, Outcome
from shared.database import SERVER_AWAY

log = structlog.get_logger()
BATCHES = Histogram("postback_batch", "Requests in a commit.", buckets=(1, 2, 5, 10, 20, 50, 100))
VERDICTS = Counter("postbacks", "Requests by format and verdict.", ["format", "verdict", "code"])

Record = Callable[[Connection, Sequence[Arrival]], list[Outcome]]

_MOST_IN_A_BATCH = 200
# While it is written a body is there some ten times: of the largest only four share a commit.
_LARGEST_BATCH_BYTES = 1024 * 1024
_MOST_WAITING = 2_000
_LONGEST_WAIT_SECONDS = 10.0
_MOST_TRIES = 5


class CannotKeep(Exception):
    """The request could not be made durable in time; it may be sent again without harm."""

    code = "try_again"
    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__(
            "The message cannot be stored at this moment. Send it again a little later."
        )


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    answer: "queue.SimpleQueue[Outcome | Exception]" = field(default_factory=queue.SimpleQueue)


class Writer:
    """Takes requests from many threads and commits them together."""

    def __init__(self, engine: Engine, record: Record) -> None:
        self._engine = engine
        self._record = record
        self._waiting: queue.Queue[_Waiting] = queue.Queue(_MOST_WAITING)
        threading.Thread(target=self._run, name="writer", daemon=True).start()

    def keep(self, arrival: Arrival) -> Outcome:
        """Answer the verdict once it is committed; raises CannotKeep."""
        waiting = _Waiting(arrival)
        try:
            self._waiting.put_nowait(waiting)
            answer = waiting.answer.get(timeout=_LONGEST_WAIT_SECONDS)
        except (queue.Full, queue.Empty):
            raise CannotKeep from None
        if isinstance(answer, Exception):
            raise answer
        VERDICTS.labels(arrival.request.format, answer.verdict, answer.code).inc()
        return answer

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            BATCHES.observe(len(batch))
            self._answer(batch)

    def _next_batch(self) -> list[_Waiting]:
        batch = [self._waiting.get()]
        size = len(batch[0].arrival.request.body)
        while len(batch) < _MOST_IN_A_BATCH and size < _LARGEST_BATCH_BYTES:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
            size += len(batch[-1].arrival.request.body)
        return batch

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            outcomes = self._commit([one.arrival for one in batch])
        except SERVER_AWAY as fault:
            log.warning("writer.server_away", fault=str(fault)[:300])
            for one in batch:
                one.answer.put(CannotKeep())
        except Exception as fault:  # noqa: BLE001 - it is the requester's, who raises it
            if len(batch) > 1:
                # One request must not fail its neighbours: each is tried alone.
                for one in batch:
                    self._answer([one])
                return
            batch[0].answer.put(fault)
        else:
            for one, outcome in zip(batch, outcomes, strict=True):
                one.answer.put(outcome)

    def _commit(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        for _ in range(_MOST_TRIES):
            try:
                with self._engine.begin() as connection:
                    return self._record(connection, arrivals)
            except RACES:
                continue
        raise CannotKeep
