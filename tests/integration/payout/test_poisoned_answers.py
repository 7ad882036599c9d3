"""An answer made to break its reader costs no neighbour anything, and ends as a clerk's matter."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing
from shared.http_client import HttpClient
from tests.integration.payout.given import told_reason
from tests.integration.payout.world import World
from tests.support.answers import answering

HALF_A_PAIR = "\ud800"


def told(payout: Payout, **changes: Any) -> bytes:
    """What the operator tells of a payout, with changes."""
    full = {
        "top_up_id": str(uuid4()),
        "idempotency_key": str(payout.payout_id),
        "amount_rubles": payout.points,
        "status": "completed",
        "reason": None,
    }
    return json.dumps(full | changes).encode()


def test_a_reason_that_cannot_be_kept_is_kept_as_far_as_it_can(world: World) -> None:
    """What would break it: PostgreSQL refuses the text, and with it what the whole batch did."""
    payout = world.reserved()
    poison = told(payout, status="declined", reason=f"barred{HALF_A_PAIR}")
    with answering(lambda _method, _path: (200, poison)) as url:
        world.hands(Billing(HttpClient(url))).send_next()
    found = world.payout(payout.payout_id)
    assert (found.state, found.reason) == (State.DECLINED, "barred")
    assert told_reason(world.engine, payout.payout_id) == "barred"


DEEP = b"[" * 100_000


@pytest.mark.parametrize("poison", [DEEP, b'{"a":' * 100_000])
def test_an_answer_nested_without_end_is_unclear_and_no_neighbours_matter(
    world: World, poison: bytes
) -> None:
    """What would break it: the first of a batch raises, and nobody sends the others."""
    first, second = world.reserved_at_once(2)
    with answering(lambda _method, _path: (200, poison)) as url:
        hands = world.hands(Billing(HttpClient(url)))
        hands.send_next()
        assert {world.payout(one.payout_id).state for one in (first, second)} == {State.UNKNOWN}
        world.clock.move(timedelta(days=1))
        hands.ask_next()
    assert {world.payout(one.payout_id).state for one in (first, second)} == {State.HELD}


def test_a_reversal_whose_reason_cannot_be_kept_stops_no_other(world: World) -> None:
    """INVARIANT: one entry of the operator's list never keeps the points of the next ones away."""
    payout = world.reserved()
    world.work()
    world.hear("written_off", payout)
    entries = [
        {"reversal": 1, "idempotency_key": str(uuid4()), "amount_rubles": 1, "reason": HALF_A_PAIR},
        {
            "reversal": 2,
            "idempotency_key": str(payout.payout_id),
            "amount_rubles": payout.points,
            "reason": "a mistake",
        },
    ]
    page = json.dumps({"data": entries}).encode()
    with answering(lambda _method, _path: (200, page)) as url:
        world.billing = Billing(HttpClient(url))
        world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.REVERSED
    with world.engine.connect() as connection:
        reasons = connection.scalars(text("SELECT reason FROM reversals ORDER BY reversal")).all()
    assert reasons == ["reversed", "a mistake"]


@pytest.mark.parametrize(
    "page", [b"<html>No such page</html>", b"{}", b"[]", DEEP, b'{"code": "not_found"}']
)
def test_any_404_is_not_the_operators_word_that_he_never_heard_of_it(
    world: World, page: bytes
) -> None:
    """INVARIANT: only his own "never heard of it" sends a top-up again or gives points back.

    What would break it: a proxy before him that lost its way answers 404 for what he has executed.
    """
    payout = world.reserved()
    world.operator.go_wrong("no_answer", world.phone(payout), count=1)
    world.executor.send_next()
    world.clock.move(timedelta(hours=1))
    with answering(lambda _method, _path: (404, page)) as url:
        world.hands(Billing(HttpClient(url))).ask_next()
    assert world.payout(payout.payout_id).state is State.UNKNOWN
    world.work(until=State.COMPLETED, payout=payout)
    assert world.payout(payout.payout_id).attempts == 1
