"""Lanes: parts of a batch that lock nothing in common, each applied in transactions of its own.

While one lane waits for the database, Python works for another; one transaction after the other
would leave each of the two idle half of the time. What shares a lock must share a lane, or lanes
only wait for each other. A long lane goes in steps: in one step, all lanes would want Python at the
same moment, and then all of them the database.
"""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
# A handful of messages is not worth a second transaction.
_WORTH_PARTING = 100
_LONGEST_STEP = 2_000


class Lanes:
    """Applies the lanes of a batch at the same time."""

    def __init__(self, count: int) -> None:
        """Take how many; one means that batches stay whole."""
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="lane")

    def apply(
        self,
        batch: Sequence[T],
        lane_of: Callable[[T], Hashable] | None,
        work: Callable[[Sequence[T]], None],
    ) -> None:
        """Do the work on each lane, in its own order; raises what a lane at fault raised."""
        if lane_of is None or self._count == 1 or len(batch) < _WORTH_PARTING:
            work(batch)
            return
        parts: list[list[T]] = [[] for _ in range(self._count)]
        for one in batch:
            parts[hash(lane_of(one)) % self._count].append(one)
        running = [self._pool.submit(_step_by_step, work, part) for part in parts]
        wait(running)
        for done in running:
            done.result()


def _step_by_step(work: Callable[[Sequence[T]], None], lane: Sequence[T]) -> None:
    for start in range(0, len(lane), _LONGEST_STEP):
        work(lane[start : start + _LONGEST_STEP])
