"""A top-up happens exactly once per payout, whatever the operator answers or fails to answer.

Every test compares with the operator's own statement, not with what we believe.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.states import Fact, State
from services.payout.store import payouts
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing, Outcome
from services.payout.top_ups.execution import Executor, keep_outcome
from services.payout.top_ups.phones import Phones
from shared.http_client import HttpClient
from shared.months import read_month
from tests.integration.payout.given import run_all, said
from tests.integration.payout.world import World
from tests.support.answers import answering


def assert_paid_once(world: World, payout: Payout) -> None:
    found = world.payout(payout.payout_id)
    assert found.state is State.COMPLETED
    assert world.operator.executed([payout.payout_id]) == {payout.payout_id: [payout.points]}
    assert said(world.engine, payout.payout_id) == [
        ("payout.requested", 1),
        ("payout.completed", 2),
    ]


def assert_not_paid(world: World, payout: Payout) -> None:
    assert world.operator.executed([payout.payout_id]) == {payout.payout_id: []}


def test_a_reserved_payout_tops_the_members_phone_up(world: World) -> None:
    payout = world.reserved(Wish(Kind.TOP_UP, monthly_limit=120), points=300)
    assert payout.points == 120
    world.work()
    assert_paid_once(world, payout)
    assert world.payout(payout.payout_id).operator_reference


def test_what_was_reserved_is_paid_not_what_was_asked_for(world: World) -> None:
    member_id = world.member(points=300)
    run_all(world.engine, read_month("2026-11"), world.clock)
    [payout] = world.payouts_of(member_id)
    world.hear("reserved", payout, amount=290)
    world.work()
    assert_paid_once(world, world.payout(payout.payout_id))


@pytest.mark.parametrize("mode", ["no_answer", "error_500_after", "garbage"])
def test_a_top_up_without_a_clear_answer_is_asked_about_and_found(world: World, mode: str) -> None:
    """INVARIANT: silence is never answered by sending again; that would pay twice elsewhere."""
    payout = world.reserved()
    world.operator.go_wrong(mode, world.phone(payout), count=1)
    world.executor.send_next()
    assert world.payout(payout.payout_id).state is State.UNKNOWN
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)
    assert world.payout(payout.payout_id).attempts == 1


@pytest.mark.parametrize("mode", ["error_500", "no_answer_before"])
def test_a_top_up_that_the_operator_never_heard_of_is_sent_again_once_settled(
    world: World, mode: str
) -> None:
    payout = world.reserved()
    world.operator.go_wrong(mode, world.phone(payout), count=1)
    world.executor.send_next()
    world.clock.move(timedelta(seconds=2))
    world.executor.ask_next()
    assert world.payout(payout.payout_id).state is State.UNKNOWN  # he may still be about to hear
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)
    assert world.payout(payout.payout_id).attempts == 2


def test_a_slow_answer_is_waited_for(world: World) -> None:
    payout = world.reserved()
    world.operator.go_wrong("slow", world.phone(payout), count=1, seconds=1)
    world.work()
    assert_paid_once(world, payout)


def test_an_answer_slower_than_our_patience_is_asked_about(world: World) -> None:
    payout = world.reserved()
    world.operator.go_wrong("slow", world.phone(payout), count=1, seconds=4)
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


def test_too_many_requests_means_later(world: World) -> None:
    payout = world.reserved()
    world.operator.go_wrong("rate_limited", world.phone(payout), count=2)
    world.work()
    waiting = world.payout(payout.payout_id)
    assert (waiting.state, waiting.next_at) == (
        State.RESERVED,
        world.clock() + timedelta(seconds=1),
    )
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


def test_an_operator_out_of_reach_was_sent_nothing(world: World) -> None:
    payout = world.reserved()
    nowhere = world.hands(Billing(HttpClient("http://127.0.0.1:1")))
    assert nowhere.send_next()
    waiting = world.payout(payout.payout_id)
    assert (waiting.state, waiting.attempts) == (State.RESERVED, 1)
    assert not world.executor.send_next()  # not yet: it pauses first
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b"{}", b"null", b'{"phone": null}', b'{"phone": ""}', b'{"phone": 7927}'],
)
def test_a_number_that_cannot_be_read_is_no_number_to_send_to(world: World, body: bytes) -> None:
    """INVARIANT: nothing was sent, so the payout is free to be sent at once when it can be read."""
    payout = world.reserved()
    with answering(lambda _method, _path: (200, body)) as broken:
        phones = Phones(HttpClient(broken))
        hands = Executor(world.engine, world.billing, phones, world.patience, world.clock)
        assert hands.send_next()
    waiting = world.payout(payout.payout_id)
    assert (waiting.state, waiting.attempts) == (State.RESERVED, 1)
    assert_not_paid(world, payout)
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


@pytest.mark.parametrize("reason", ["unknown_number", "barred", "not_a_subscriber"])
def test_a_declined_top_up_gives_the_points_back(world: World, reason: str) -> None:
    payout = world.reserved()
    world.operator.go_wrong("declined", world.phone(payout), count=1, reason=reason)
    world.work()
    declined = world.payout(payout.payout_id)
    assert (declined.state, declined.reason) == (State.DECLINED, reason)
    assert said(world.engine, payout.payout_id)[-1] == ("payout.declined", 2)
    world.hear("released", payout)
    assert world.payout(payout.payout_id).state is State.RELEASED
    assert_not_paid(world, payout)


def test_a_top_up_accepted_for_later_is_asked_about_until_it_is_done(world: World) -> None:
    payout = world.reserved()
    world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=0.2)
    world.executor.send_next()
    assert world.payout(payout.payout_id).state is State.UNKNOWN
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


def test_an_answer_of_another_amount_is_a_clerks_matter(world: World) -> None:
    """INVARIANT: an answer that contradicts us moves no points in either direction."""
    payout = world.reserved()
    world.operator.go_wrong("wrong_amount", world.phone(payout), count=1)
    world.work()
    held = world.payout(payout.payout_id)
    assert held.state is State.HELD
    assert held.reason == f"the operator answered {payout.points + 1} rubles, not {payout.points}"
    assert said(world.engine, payout.payout_id) == [("payout.requested", 1)]


def test_an_outcome_unknown_for_a_day_is_a_clerks_matter(world: World) -> None:
    payout = world.reserved()
    world.operator.go_wrong("no_answer", world.phone(payout))
    world.operator.go_wrong("no_answer_before", world.phone(payout), calls="all")
    world.executor.send_next()
    world.clock.move(timedelta(days=1))
    world.work()
    assert world.payout(payout.payout_id).state is State.HELD
    world.operator.clear()


def test_a_payout_left_in_sending_is_asked_about_not_sent_again(world: World) -> None:
    """INVARIANT: what a killed executor left behind may have been paid."""
    payout = world.reserved()
    with world.engine.begin() as connection:
        claimed = payouts.claim(connection, world.clock(), world.clock() + world.patience.lease)
    assert claimed is not None
    world.billing.top_up(claimed, world.phone(payout))  # and here it was killed
    assert not world.executor.find_lost()  # its lease still runs
    world.work()
    assert world.payout(payout.payout_id).state is State.SENDING
    world.work(until=State.COMPLETED, payout=payout)
    assert_paid_once(world, payout)


def test_an_answer_to_a_lost_lease_does_not_overwrite_a_newer_attempt(world: World) -> None:
    payout = world.reserved()
    stale = world.payout(payout.payout_id)
    world.work()
    with world.engine.begin() as connection:
        for fact in (Fact.NOT_DONE, Fact.DECLINED, Fact.UNCLEAR, Fact.COMPLETED):
            keep_outcome(connection, stale, Outcome(fact), world.patience, world.clock())
    assert_paid_once(world, payout)


def test_two_executors_share_the_work_and_pay_each_payout_once(world: World) -> None:
    """INVARIANT: SKIP LOCKED and the committed claim keep two executors from one payout."""
    ids = [world.member(points=100 + one) for one in range(12)]
    run_all(world.engine, read_month("2026-11"), world.clock)
    planned = [payout for member_id in ids for payout in world.payouts_of(member_id)]
    for payout in planned:
        world.hear("reserved", payout)
    executors = [world.hands() for _ in range(4)]

    def work_through(number: int) -> int:
        done = 0
        while executors[number].work():
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(work_through, range(4)))
    assert done == len(planned) == 12
    executed = world.operator.executed([one.payout_id for one in planned])
    assert executed == {one.payout_id: [one.amount] for one in planned}


def test_no_phone_is_kept(world: World) -> None:
    """INVARIANT: personal data lives in members alone; no table of ours has a phone."""
    payout = world.reserved()
    world.operator.go_wrong("declined", world.phone(payout), count=1)
    world.work()
    digits = world.phone(payout).lstrip("+")
    with world.engine.connect() as connection:
        for table in ("payouts", "event_log", "members", "goals", "reversals"):
            rows = connection.exec_driver_sql(f"SELECT {table}::text FROM {table}").scalars()
            assert not any(digits in row for row in rows)
