"""Lanes keep the order of what shares a lock, and hide no fault."""

import threading
from collections.abc import Sequence

import pytest

from shared.lanes import Lanes

BATCH = [(f"member-{number % 7}", number) for number in range(210)]


def test_each_lane_keeps_its_order_and_nothing_is_left_out() -> None:
    seen: dict[str, list[int]] = {}

    def work(part: Sequence[tuple[str, int]]) -> None:
        for whose, number in part:
            seen.setdefault(whose, []).append(number)

    Lanes(3).apply(BATCH, lambda one: one[0], work)
    assert sorted(number for numbers in seen.values() for number in numbers) == list(range(210))
    assert all(numbers == sorted(numbers) for numbers in seen.values())


def test_lanes_are_applied_at_the_same_time() -> None:
    """What would break it: lanes one after the other, where each waits for the other to begin."""
    together = threading.Barrier(2, timeout=10)
    Lanes(2).apply(list(range(200)), lambda number: number, lambda _: together.wait())


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_batch_without_lanes_stays_whole(lanes: int) -> None:
    parts: list[Sequence[int]] = []
    Lanes(lanes).apply(range(200), None if lanes > 1 else lambda number: number, parts.append)
    Lanes(lanes).apply(range(99), lambda number: number, parts.append)
    assert [len(part) for part in parts] == [200, 99]


def test_a_lane_at_fault_is_told_when_all_have_ended() -> None:
    ended = []

    def work(part: Sequence[int]) -> None:
        if 0 in part:
            message = "the database went away"
            raise ConnectionError(message)
        ended.append(len(part))

    with pytest.raises(ConnectionError):
        Lanes(2).apply(range(200), lambda number: number, work)
    assert ended == [100]


def test_a_long_lane_goes_in_steps_in_its_order() -> None:
    """What would break it: one step a lane, where all lanes want Python at the same moment."""
    steps: list[Sequence[int]] = []
    Lanes(2).apply(range(9_000), lambda _: "one lane", steps.append)
    assert [len(step) for step in steps if step] == [2_000, 2_000, 2_000, 2_000, 1_000]
    assert [number for step in steps for number in step] == list(range(9_000))
