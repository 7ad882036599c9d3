"""Requests that wait share what is done next; none of them fails its neighbours."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from shared.batches import Batches, NotInTime


class Doubling:
    """Doubles numbers, refuses 13, and remembers what came together; the first waits to be let."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.may_go = threading.Event()

    def __call__(self, batch: Sequence[int]) -> list[int]:
        self.seen.append(list(batch))
        self.may_go.wait(10)
        if 13 in batch:
            message = "no luck"
            raise ValueError(message)
        if 500 in batch:
            message = "SELECT"
            raise OperationalError(message, {}, Exception("the server is away"))
        return [2 * one for one in batch]


def _asked(do: Doubling, numbers: Sequence[int]) -> list[int | str]:
    batches = Batches("doubling", do)

    def ask(one: int) -> int | str:
        try:
            return batches.ask(one)
        except (ValueError, NotInTime) as fault:
            return type(fault).__name__

    with ThreadPoolExecutor(len(numbers) + 1) as together:
        first = together.submit(ask, 0)
        while not do.seen:
            pass
        waiting = [together.submit(ask, one) for one in numbers]
        while batches._waiting.qsize() < len(numbers):  # noqa: SLF001 - only it knows who waits
            pass
        do.may_go.set()
        assert first.result(10) == 0
        return [one.result(10) for one in waiting]


def test_who_comes_meanwhile_is_done_together_and_answered_his_own() -> None:
    do = Doubling()
    assert _asked(do, [1, 2, 3, 4]) == [2, 4, 6, 8]
    assert sorted(map(sorted, do.seen)) == [[0], [1, 2, 3, 4]]


def test_one_that_fails_fails_alone() -> None:
    """INVARIANT: what would break it: one till's slip that refuses the whole queue."""
    assert _asked(Doubling(), [1, 13, 3]) == [2, "ValueError", 6]


def test_a_server_that_is_away_is_not_asked_once_for_each() -> None:
    do = Doubling()
    assert _asked(do, [1, 500, 3]) == ["NotInTime"] * 3
    assert len(do.seen) == 2


def test_a_batch_ends_where_it_is_heavy() -> None:
    seen: list[int] = []

    def count(batch: Sequence[int]) -> Sequence[int]:
        seen.append(len(batch))
        return batch

    heavy = Batches("heavy", count, weigh=lambda one: one, heaviest=10)
    with ThreadPoolExecutor(4) as together:
        assert list(together.map(heavy.ask, [10] * 8)) == [10] * 8
    assert seen == [1] * 8


def test_who_cannot_be_answered_is_told_to_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.batches._LONGEST_WAIT_SECONDS", 0.01)
    do = Doubling()
    with pytest.raises(NotInTime):
        Batches("stuck", do).ask(1)
    do.may_go.set()
