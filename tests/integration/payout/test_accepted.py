"""A top-up that the operator has accepted is asked about, never sent again."""

from datetime import timedelta

from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing
from shared.http_client import HttpClient
from tests.integration.payout.given import said
from tests.integration.payout.world import World
from tests.support.answers import NEVER_HEARD, answering


def accepted(world: World, seconds: float = 600) -> Payout:
    """A payout that the operator will carry out after so many seconds."""
    payout = world.reserved()
    world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=seconds)
    world.executor.send_next()
    found = world.payout(payout.payout_id)
    assert found.state is State.ACCEPTED
    assert found.operator_reference
    return found


def executed(world: World, payout: Payout) -> list[int]:
    return world.operator.executed([payout.payout_id])[payout.payout_id]


def test_it_is_asked_about_until_it_is_done(world: World) -> None:
    payout = accepted(world, seconds=0.2)
    assert said(world.engine, payout.payout_id) == [("payout.requested", 1)]
    world.work(until=State.COMPLETED, payout=payout)
    assert executed(world, payout) == [payout.points]
    assert world.payout(payout.payout_id).attempts == 1
    assert said(world.engine, payout.payout_id)[1:] == [("payout.completed", 2)]


def test_the_questions_pause_longer_each_time(world: World) -> None:
    payout = accepted(world)
    pauses = []
    for _ in range(4):
        pause = (world.payout(payout.payout_id).next_at or world.clock()) - world.clock()
        pauses.append(pause / timedelta(seconds=1))
        assert not world.executor.ask_next()  # not yet
        world.clock.move(pause)
        assert world.executor.ask_next()
    assert pauses == [1, 1, 2, 4]


def test_silence_does_not_unmake_it(world: World) -> None:
    """INVARIANT: he said that he has it; nothing but his own word ends that."""
    payout = accepted(world)
    world.clock.move(timedelta(hours=1))
    world.hands(Billing(HttpClient("http://127.0.0.1:1"))).ask_next()
    found = world.payout(payout.payout_id)
    assert found.state is State.ACCEPTED
    assert found.next_at is not None
    assert found.next_at > world.clock()


def test_never_having_heard_of_it_contradicts_that(world: World) -> None:
    """INVARIANT: what was accepted once is not sent again by itself, whatever he says later."""
    payout = accepted(world)
    world.clock.move(timedelta(hours=1))
    with answering(lambda _method, _path: (404, NEVER_HEARD)) as forgetful:
        world.hands(Billing(HttpClient(forgetful))).work()
    held = world.payout(payout.payout_id)
    assert (held.state, held.attempts) == (State.HELD, 1)
    assert held.reason == "the operator accepted it, and now never heard of it"


def test_after_a_day_it_is_a_clerks_matter(world: World) -> None:
    payout = accepted(world)
    world.clock.move(timedelta(days=1))
    world.work()
    held = world.payout(payout.payout_id)
    assert held.state is State.HELD
    assert held.reason == "accepted by the operator, not carried out yet"


def test_questions_do_not_keep_others_from_being_sent(world: World) -> None:
    accepted(world)
    world.clock.move(timedelta(hours=1))
    waiting = world.reserved()
    assert world.executor.work()
    assert world.payout(waiting.payout_id).state is State.COMPLETED
