"""While the operator keeps failing nobody claims; one payout tries whether he is back."""

import pytest

from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing
from shared.http_client import Breaker, HttpClient
from tests.integration.payout.world import World
from tests.support.answers import answering

FAILURES = 3


def client(url: str, breaker: Breaker) -> Billing:
    return Billing(HttpClient(url, breaker=breaker, tries=1))


def attempts(world: World, payouts: list[Payout]) -> list[int]:
    return sorted(world.payout(one.payout_id).attempts for one in payouts)


def test_an_open_circuit_burns_no_claims(world: World) -> None:
    payouts = world.reserved_at_once(5)
    away = world.hands(client("http://127.0.0.1:1", Breaker(FAILURES, open_seconds=600)))
    assert away.send_next()
    assert attempts(world, payouts) == [1] * 5
    world.clock.move(world.patience.longest)
    before = [world.payout(one.payout_id) for one in payouts]
    for _ in range(20):
        assert not away.work()  # so the thread idles, it does not spin
    assert [world.payout(one.payout_id) for one in payouts] == before
    assert {one.state for one in before} == {State.RESERVED}
    world.work()
    assert {world.payout(one.payout_id).state for one in payouts} == {State.COMPLETED}


def test_one_call_tries_whether_he_is_back(world: World) -> None:
    """INVARIANT: a server that is still down gets one call, not a batch of them."""
    payouts = world.reserved_at_once(5)
    breaker = Breaker(FAILURES, open_seconds=0)
    heard: list[str] = []

    def broken(method: str, _path: str) -> tuple[int, bytes]:
        heard.append(method)
        return 500, b""

    world.hands(client("http://127.0.0.1:1", breaker)).send_next()
    world.clock.move(world.patience.longest)
    with answering(broken) as url:
        assert world.hands(client(url, breaker)).send_next()
    assert heard == ["POST"]
    assert attempts(world, payouts) == [1, 1, 1, 1, 2]
    back = world.hands(client(world.operator.url, breaker))
    while back.work():
        pass
    world.clock.move(world.patience.settling)
    while back.work():
        pass
    assert {world.payout(one.payout_id).state for one in payouts} == {State.COMPLETED}


@pytest.mark.parametrize("code", [429, 422, 404])
def test_a_refusal_is_an_answer_and_opens_no_circuit(world: World, code: int) -> None:
    world.reserved_at_once(4)
    breaker = Breaker(FAILURES, open_seconds=600)
    with answering(lambda _method, _path: (code, b"{}")) as url:
        world.hands(client(url, breaker)).send_next()
    breaker.check()
