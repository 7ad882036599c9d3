"""An executor killed between the call and its commit has paid: the next one finds out by asking."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from deploy.local import process
from services.payout.states import State
from shared.clock import utc_now
from tests.integration.payout.world import Operator, World, stack_settings
from tests.support.processes import running
from tests.support.waiting import eventually


@pytest.fixture
def executor_settings(
    fresh_service_url: Callable[[str], str], operator: Operator, members_url: str, tmp_path: Path
) -> dict[str, str]:
    """Where the executor finds its world; a short lease, so that the test need not wait long."""
    changes = {
        "DATABASE_URL": fresh_service_url("payout"),
        "MEMBERS_URL": members_url,
        "OPERATOR_BILLING_URL": operator.url,
        "LEASE_SECONDS": "2",
        "SETTLING_SECONDS": "1",
    }
    return stack_settings("payout", "execute", tmp_path, changes)


def test_a_kill_between_the_call_and_the_commit_pays_once(
    world: World, executor_settings: dict[str, str], tmp_path: Path
) -> None:
    """INVARIANT: `sending` is committed before the call; without that the money would go twice."""
    world.clock.now = utc_now()
    payout = world.reserved()
    world.operator.go_wrong("no_answer", world.phone(payout), count=1, seconds=60)

    def executed() -> list[int]:
        return world.operator.executed([payout.payout_id])[payout.payout_id]

    def state() -> State:
        return world.payout(payout.payout_id).state

    with running("payout", "execute", tmp_path, executor_settings) as first:
        eventually(executed, seconds=120)  # the operator did it and keeps the answer to himself
        process.kill(first)
    assert state() is State.SENDING
    with running("payout", "execute", tmp_path, executor_settings):
        eventually(lambda: state() is State.COMPLETED, seconds=120)
    assert executed() == [payout.points]
    assert world.payout(payout.payout_id).attempts == 1


def test_a_kill_in_the_middle_of_a_batch_pays_each_once(
    world: World, executor_settings: dict[str, str], tmp_path: Path
) -> None:
    """INVARIANT: those paid and not yet kept, the one under way, and those never sent."""
    world.clock.now = utc_now()
    payouts = world.reserved_at_once(6)
    ids = [one.payout_id for one in payouts]
    world.operator.go_wrong("no_answer", world.phone(payouts[2]), count=1, seconds=60)

    def executed() -> dict[UUID, list[int]]:
        return world.operator.executed(ids)

    settings = executor_settings | {"EXECUTORS": "1"}
    with running("payout", "execute", tmp_path, settings) as first:
        eventually(lambda: executed()[ids[2]], seconds=120)
        process.kill(first)
    assert {world.payout(one).state for one in ids} == {State.SENDING}
    with running("payout", "execute", tmp_path, executor_settings):
        eventually(
            lambda: {world.payout(one).state for one in ids} == {State.COMPLETED}, seconds=120
        )
    assert executed() == {one.payout_id: [one.points] for one in payouts}


def test_an_executor_ends_well_when_told_to(
    world: World, executor_settings: dict[str, str], tmp_path: Path
) -> None:
    world.clock.now = utc_now()
    payout = world.reserved()
    world.operator.go_wrong("slow", world.phone(payout), count=1, seconds=2)
    with running("payout", "execute", tmp_path, executor_settings) as executor:
        eventually(lambda: not world.operator.faults(), seconds=120)  # the call is under way
        process.stop(executor)
        assert not process.alive(executor)
    assert world.payout(payout.payout_id).state is State.COMPLETED  # it finished what it began
