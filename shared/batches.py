"""Requests that wait for a commit share the next one: what many threads ask for, one thread does.

While a commit is under way the requests that arrive gather; the next transaction takes them all,
and each is answered only after it. So a hundred waiting requests cost one commit, and durability is
what it was.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from shared.database import SERVER_AWAY

log = structlog.get_logger()
Asked = TypeVar("Asked")
Done = TypeVar("Done")

_MOST_IN_A_BATCH = 200
_MOST_WAITING = 2_000
_LONGEST_WAIT_SECONDS = 10.0


class NotInTime(Exception):
    """It could not be done in time, or the database is away; asking again does no harm."""

    code = "try_again"
    retry_after_seconds = 1

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("It cannot be done at this moment. Try again a little later.")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Asked, Done]):
    asked: Asked
    answer: "queue.SimpleQueue[Done | Exception]" = field(default_factory=queue.SimpleQueue)


class Batches(Generic[Asked, Done]):
    """Takes requests from many threads and does them together, in a thread of its own."""

    def __init__(
        self,
        name: str,
        do: Callable[[Sequence[Asked]], Sequence[Done]],
        *,
        weigh: Callable[[Asked], int] = lambda _: 0,
        heaviest: int = 1,
    ) -> None:
        """Take what does a batch, an answer each in their order; and when a batch is full."""
        self._name = name
        self._do = do
        self._weigh = weigh
        self._heaviest = heaviest
        self._waiting: queue.Queue[_Waiting[Asked, Done]] = queue.Queue(_MOST_WAITING)
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def ask(self, asked: Asked) -> Done:
        """Answer what became of it, once that is committed; raises NotInTime, and what `do` does.

        One request that raises is done alone, so that its neighbours know nothing of it.
        """
        waiting: _Waiting[Asked, Done] = _Waiting(asked)
        try:
            self._waiting.put_nowait(waiting)
            answer = waiting.answer.get(timeout=_LONGEST_WAIT_SECONDS)
        except (queue.Full, queue.Empty):
            raise NotInTime from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _run(self) -> None:
        while True:
            self._answer(self._next_batch())

    def _next_batch(self) -> list[_Waiting[Asked, Done]]:
        batch = [self._waiting.get()]
        weight = self._weigh(batch[0].asked)
        while len(batch) < _MOST_IN_A_BATCH and weight < self._heaviest:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
            weight += self._weigh(batch[-1].asked)
        return batch

    def _answer(self, batch: Sequence[_Waiting[Asked, Done]]) -> None:
        try:
            done = self._do([one.asked for one in batch])
        except SERVER_AWAY as fault:
            log.warning("batches.server_away", batches=self._name, fault=str(fault)[:300])
            for one in batch:
                one.answer.put(NotInTime())
        except Exception as fault:  # noqa: BLE001 - it is the requester's, who raises it
            if len(batch) > 1:
                for one in batch:
                    self._answer([one])
                return
            batch[0].answer.put(fault)
        else:
            for one, answer in zip(batch, done, strict=True):
                one.answer.put(answer)
