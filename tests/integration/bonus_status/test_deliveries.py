"""INVARIANT: the books depend on what was said, not on how it was delivered."""

import random
import threading
from collections.abc import Callable

import pytest

from services.bonus_status.consumer import GROUP, SUBSCRIPTIONS
from shared.apply import Applier
from shared.database import SERVER_AWAY
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.story import Story


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batches_of_any_size_and_repeats_come_to_the_same(desk: Desk, seed: int) -> None:
    """What would break it: a handler that takes each member for being in its batch once."""
    chance = random.Random(seed)
    one_by_one, at_once, mixed, in_lanes = (Story(desk, seed) for _ in range(4))
    one_by_one.tell(lambda: 1)
    at_once.tell(lambda: 1_000)
    mixed.tell(lambda: chance.randint(1, 60), copies=2)
    desk.applier = Applier(desk.engine, GROUP, SUBSCRIPTIONS, desk.clock, lanes=3)
    in_lanes.tell(lambda: 1_000)
    assert one_by_one.outcome() == at_once.outcome() == mixed.outcome() == in_lanes.outcome()
    assert desk.books_are_right()


def test_two_consumers_at_once_come_to_the_same(desk: Desk) -> None:
    """A zombie goes on beside its successor: each message is applied by one of them, once."""
    alone, together = Story(desk, 7), Story(desk, 7)
    alone.tell(lambda: 50)
    messages = [desk.message(event) for event in together.conversions]
    batches = [messages[start : start + 20] for start in range(0, len(messages), 20)]
    faults: list[Exception] = []

    def consume() -> None:
        applier = Applier(desk.engine, GROUP, SUBSCRIPTIONS, desk.clock)
        try:
            for batch in batches:
                insist(lambda batch=batch: applier.apply(batch))
        except Exception as fault:  # noqa: BLE001 - told to the test's own thread
            faults.append(fault)

    together.desk.hear(*together.joined)
    run_at_once([consume, consume])
    together.desk.hear(*together.payouts)
    assert faults == []
    assert together.outcome() == alone.outcome()
    assert desk.books_are_right()


def insist(work: Callable[[], None]) -> None:
    """Do again what another consumer overtook, as the worker does."""
    for _ in range(1_000):
        try:
            return work()
        except SERVER_AWAY:
            continue
    message = "overtaken a thousand times"
    raise AssertionError(message)


def run_at_once(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
