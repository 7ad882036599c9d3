"""Top-ups are sent a batch at a time; whatever ends a batch early, each is paid once."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.payout.states import Fact, State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing, Outcome
from services.payout.top_ups.outcomes import Tried, keep_outcomes
from services.payout.top_ups.phones import Phones
from shared.http_client import HttpClient
from tests.integration.payout.given import said
from tests.integration.payout.world import World
from tests.support.answers import answering


class Lines(Billing):
    """The operator's billing; before each call something happens that a test wants to happen."""

    def __init__(self, world: World, before: Callable[[int], None]) -> None:
        super().__init__(HttpClient(world.operator.url))
        self.calls, self._before = 0, before

    def top_up(self, payout: Payout, phone: str) -> Outcome:
        self.calls += 1
        self._before(self.calls)
        return super().top_up(payout, phone)


def states(world: World, payouts: list[Payout]) -> list[State]:
    return sorted(world.payout(one.payout_id).state for one in payouts)


def paid(world: World, payouts: list[Payout]) -> Mapping[UUID, list[int]]:
    return world.operator.executed([one.payout_id for one in payouts])


def assert_paid_once(world: World, payouts: list[Payout]) -> None:
    assert set(states(world, payouts)) == {State.COMPLETED}
    assert paid(world, payouts) == {one.payout_id: [one.points] for one in payouts}
    for one in payouts:
        assert said(world.engine, one.payout_id)[1:] == [("payout.completed", 2)]


def test_a_batch_is_claimed_sent_and_kept_as_one(world: World) -> None:
    payouts = world.reserved_at_once(5)
    assert world.executor.send_next()
    assert not world.executor.send_next()
    assert_paid_once(world, payouts)


def test_a_batch_has_every_outcome_at_once(world: World) -> None:
    payouts = world.reserved_at_once(4)
    faults = ("declined", "no_answer", "wrong_amount")
    for payout, mode in zip(payouts, faults, strict=False):
        world.operator.go_wrong(mode, world.phone(payout), count=1)
    world.executor.send_next()
    ended = [world.payout(one.payout_id).state for one in payouts]
    assert ended == [State.DECLINED, State.UNKNOWN, State.HELD, State.COMPLETED]


def test_a_batch_does_not_outlive_its_lease(world: World) -> None:
    """INVARIANT: what would be sent late is put back; others may ask about it by then."""
    payouts = world.reserved_at_once(4)

    def half_of_the_lease_passes(call: int) -> None:
        if call == 2:
            world.clock.move(world.patience.lease / 2)

    slow = Lines(world, half_of_the_lease_passes)
    world.hands(slow).send_next()
    assert slow.calls == 2
    assert states(world, payouts) == [State.COMPLETED] * 2 + [State.RESERVED] * 2
    assert sum(map(len, paid(world, payouts).values())) == 2
    world.work()  # and they need not wait
    assert_paid_once(world, payouts)


def test_a_batch_is_put_down_when_the_executor_is_told_to_end(world: World) -> None:
    payouts = world.reserved_at_once(3)
    world.hands(Lines(world, lambda _call: world.stop.set())).send_next()
    assert states(world, payouts) == [State.COMPLETED] + [State.RESERVED] * 2
    world.stop.clear()
    world.work()
    assert_paid_once(world, payouts)


def test_what_was_heard_before_a_crash_is_kept(world: World) -> None:
    """INVARIANT: the call that raised, and those behind it, may have been sent: ask about them."""
    payouts = world.reserved_at_once(3)

    def crash(call: int) -> None:
        if call == 2:
            raise MemoryError

    with pytest.raises(MemoryError):
        world.hands(Lines(world, crash)).send_next()
    assert states(world, payouts) == [State.COMPLETED] + [State.SENDING] * 2
    world.clock.move(world.patience.lease)
    assert world.executor.find_lost()
    for _ in range(8):
        world.work()
        world.clock.move(timedelta(seconds=10))
    assert_paid_once(world, payouts)


def test_the_operators_time_to_hear_begins_with_the_call(world: World) -> None:
    """INVARIANT: "never heard of it" counts from when it was sent, not from the batch's claim."""
    payouts = world.reserved_at_once(2)
    late = timedelta(seconds=25)

    def first_takes_long(call: int) -> None:
        if call == 1:
            world.clock.move(late)

    for payout in payouts:
        world.operator.go_wrong("no_answer_before", world.phone(payout), count=1)
    world.hands(Lines(world, first_takes_long)).send_next()
    world.clock.move(world.patience.settling - late)
    world.executor.ask_next()
    assert states(world, payouts) == [State.RESERVED, State.UNKNOWN]


def test_one_top_up_is_believed_of_one_payout_of_a_batch(world: World) -> None:
    """INVARIANT: an answer that names another payout's top-up moves no points."""
    payouts = world.reserved_at_once(2)
    outcome = Outcome(Fact.COMPLETED, reference=str(uuid4()))
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE payouts SET state = 'sending', sent_at = now()")
        tried = [Tried(one, outcome) for one in payouts]
        keep_outcomes(connection, tried, world.patience, world.clock())
    first, second = (world.payout(one.payout_id) for one in payouts)
    assert (first.state, second.state) == (State.COMPLETED, State.HELD)
    assert second.reason is not None
    assert outcome.reference in second.reason


def test_numbers_that_members_does_not_know_are_declined_beside_the_others(world: World) -> None:
    known, unknown = world.reserved_at_once(2)

    def only_the_first(_method: str, _path: str) -> tuple[int, bytes]:
        phones = {str(known.member_id): world.phone(known)}
        return 200, json.dumps({"members": phones, "relatives": {}}).encode()

    with answering(only_the_first) as members:
        world.hands(phones=Phones(HttpClient(members))).send_next()
    assert world.payout(known.payout_id).state is State.COMPLETED
    declined = world.payout(unknown.payout_id)
    assert (declined.state, declined.reason) == (State.DECLINED, "no_number")
