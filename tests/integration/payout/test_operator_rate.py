"""The operator allows so many calls a second, to all executors together; the sandbox counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups.rate import Rate
from tests.integration.payout.world import World

RATE = Rate(16)


@pytest.fixture(autouse=True)
def full(world: World) -> None:
    """A bucket that nobody has taken from for long."""
    with world.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE operator_rate SET millionths = 0, filled_at = '2020-01-01Z'"
        )


def work_all_at_once(world: World, rate: Rate = RATE) -> None:
    """Four executors do all that they may do now."""
    hands = [world.hands(rate=rate) for _ in range(4)]

    def work(number: int) -> None:
        while hands[number].work():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def calls(world: World, payouts: list[Payout]) -> int:
    return sum(map(len, world.operator.executed([one.payout_id for one in payouts]).values()))


def test_executors_together_call_as_often_as_one_may(world: World) -> None:
    """INVARIANT: the operator counts at most one bucket and the share of the rate."""
    payouts = world.reserved_at_once(40)
    work_all_at_once(world)
    assert calls(world, payouts) == RATE.burst == 8
    work_all_at_once(world)
    assert calls(world, payouts) == 8
    for turn in range(1, 5):
        world.clock.move(timedelta(milliseconds=250))
        work_all_at_once(world)
        assert calls(world, payouts) == 8 + 4 * turn
    world.clock.move(timedelta(hours=1))
    work_all_at_once(world)
    assert calls(world, payouts) == 8 + 16 + 8  # an hour's pause fills one bucket, not an hour's


def test_without_a_limit_nothing_is_counted(world: World) -> None:
    payouts = world.reserved_at_once(12)
    work_all_at_once(world, Rate(0))
    assert calls(world, payouts) == 12


def test_questions_are_calls_too(world: World) -> None:
    payout, *others = world.reserved_at_once(3)
    world.operator.go_wrong("no_answer", world.phone(payout), count=1)
    one_a_second = world.hands(rate=Rate(1))
    states = []
    for _ in range(6):
        while one_a_second.work():
            pass
        states.append([world.payout(one.payout_id).state for one in (payout, *others)])
        world.clock.move(timedelta(seconds=1))
    done = [row.count(State.COMPLETED) for row in states]
    assert all(after - before <= 1 for before, after in pairwise(done))
    assert done[2] < 3  # four calls for three payouts
    assert done[-1] == 3


def test_a_claim_that_fails_spends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """INVARIANT: tokens are taken in the transaction of the claim."""
    payouts = world.reserved_at_once(8)

    def fail(*_: object) -> None:
        raise MemoryError

    hands = world.hands(rate=RATE)
    with monkeypatch.context() as broken:
        broken.setattr("services.payout.store.bucket.keep", fail)
        with pytest.raises(MemoryError):
            hands.send_next()
    assert {world.payout(one.payout_id).state for one in payouts} == {State.RESERVED}
    work_all_at_once(world)
    assert calls(world, payouts) == RATE.burst


def test_questions_and_top_ups_take_turns_at_the_tokens(world: World) -> None:
    """INVARIANT: questions that are always due leave tokens to what is not sent yet."""
    open_ones = world.reserved_at_once(6)
    for payout in open_ones:
        world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=600)
    world.executor.send_next()
    world.clock.move(timedelta(hours=1))
    waiting = world.reserved_at_once(2)
    one_a_second = world.hands(rate=Rate(1))
    for _ in range(6):
        while one_a_second.work():
            pass
        world.clock.move(timedelta(seconds=1))
    assert calls(world, waiting) == 2
