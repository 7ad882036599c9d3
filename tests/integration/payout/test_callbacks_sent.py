"""The sandbox's billing calls back as the real one would; what is lost is found out by asking."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing
from shared.clock import utc_now
from shared.http_client import HttpClient
from tests.integration.payout.world import Operator, World, stack_settings
from tests.support.processes import serving
from tests.support.waiting import eventually

KEYS = "6f" * 32


@pytest.fixture
def calling_back(
    world: World, fresh_service_url: Callable[[str], str], tmp_path: Path
) -> Iterator[World]:
    """The world with an operator who calls payout's web process back."""
    changes = {"DATABASE_URL": fresh_service_url("payout"), "OPERATOR_CALLBACK_KEYS": KEYS}
    settings = stack_settings("payout", "web", tmp_path, changes)
    with serving("payout", "web", tmp_path, settings) as payout_url:
        sandbox = {
            "SANDBOX_DIR": str(tmp_path / "billing"),
            "OPERATOR_CALLBACK_URL": f"{payout_url}/operator/callbacks",
            "OPERATOR_CALLBACK_KEYS": f"{KEYS},{'61' * 32}",
        }
        with serving("sandbox", "operator_billing", tmp_path, sandbox) as url:
            world.operator, world.billing = Operator(url), Billing(HttpClient(url))
            world.executor = world.hands()
            world.clock.now = utc_now()
            yield world


def state(world: World, payout: Payout) -> State:
    return world.payout(payout.payout_id).state


def accepted(world: World, seconds: float) -> Payout:
    payout = world.reserved()
    world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=seconds)
    world.executor.send_next()
    return payout


def test_nobody_needs_to_ask(calling_back: World) -> None:
    world = calling_back
    payout = accepted(world, seconds=0.5)
    assert state(world, payout) is State.ACCEPTED
    eventually(lambda: state(world, payout) is State.COMPLETED)
    world.operator.take_back(payout.payout_id)
    eventually(lambda: state(world, payout) is State.REVERSED)
    world.follow_reversals()
    assert world.operator.executed([payout.payout_id]) == {payout.payout_id: [payout.points]}

    # And where the callback is lost, asking finds out.
    lost = world.reserved()
    phone = world.phone(lost)
    world.operator.go_wrong("no_callback", phone, calls="callbacks")
    world.operator.go_wrong("accepted", phone, count=1, seconds=0.2)
    world.executor.send_next()
    eventually(lambda: world.operator.executed([lost.payout_id])[lost.payout_id])
    assert state(world, lost) is State.ACCEPTED
    world.clock.move(timedelta(seconds=5))
    world.work()
    assert state(world, lost) is State.COMPLETED
