"""Two batches are kept at once, and the cursor never passes one that is not kept."""

import threading
from collections.abc import Callable, Iterator

import pytest

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.pulls.overlapping import two_at_once

_SECONDS = 10
_TOO_MANY = Fault(FaultCode.TOO_MANY_PAGES, "enough")


def test_each_is_answered_in_order_with_what_its_work_gave() -> None:
    done = two_at_once(lambda one: one * 10, iter(range(5)))
    assert list(done) == [(0, 0), (1, 10), (2, 20), (3, 30), (4, 40)]


def test_the_second_is_begun_before_the_first_is_done() -> None:
    both_at_work = threading.Barrier(2, timeout=_SECONDS)
    done = two_at_once(lambda one: both_at_work.wait() >= 0 and one, iter(range(4)))
    assert [one for one, _ in done] == [0, 1, 2, 3]


def test_the_first_is_not_overtaken_by_the_second() -> None:
    second_is_done = threading.Event()

    def work(one: int) -> None:
        if one == 0:
            assert second_is_done.wait(_SECONDS)
        second_is_done.set()

    assert [one for one, _ in two_at_once(work, iter(range(2)))] == [0, 1]


def test_when_the_work_on_one_fails_none_behind_it_is_answered() -> None:
    """What would break it: answering the second, which is done, so that the cursor passes both."""

    def work(one: int) -> None:
        if one == 1:
            raise Fault(FaultCode.OUR_FAULT, "not kept")

    assert _answered(work, iter(range(9)), "not kept") == [0]


def test_what_came_before_a_fault_is_answered_before_it() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise _TOO_MANY

    assert _answered(lambda _: None, items(), "enough") == [0, 1, 2]


def _answered(work: Callable[[int], None], items: Iterator[int], fault: str) -> list[int]:
    answered: list[int] = []
    done = two_at_once(work, items)
    with pytest.raises(Fault, match=fault):
        answered.extend(one for one, _ in done)
    return answered
