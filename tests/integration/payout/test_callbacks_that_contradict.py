"""Callbacks that say otherwise than was known: what is certain moves, the rest is loud."""

import pytest
import structlog

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.monthly_run import asking
from services.payout.states import State
from tests.integration.payout.callers import assert_problem
from tests.integration.payout.given import said
from tests.integration.payout.test_callbacks import Line
from tests.integration.payout.world import World


@pytest.fixture
def line(settings: Settings, world: World) -> Line:
    return Line(build(settings, world.engine, world.clock).test_client(), world)


def test_a_number_of_the_list_is_one_reversal_alone(world: World, line: Line) -> None:
    """What would break it: the second is dropped in silence, and its points never come back."""
    first, second = world.reserved_at_once(2)
    world.work()
    assert line.tell(first, "reversed", reversal=10**9).status_code == 204
    for _ in range(2):
        answer = line.tell(second, "reversed", reversal=10**9)
        assert_problem(answer, 409, "reversal_known", "reversal")
    assert world.payout(second.payout_id).state is State.COMPLETED
    assert line.tell(second, "reversed", reversal=10**9 + 1).status_code == 204
    assert world.payout(second.payout_id).state is State.REVERSED


def test_what_was_put_back_as_not_done_is_done_once_he_says_so(world: World, line: Line) -> None:
    """What would break it: its run is cancelled, and what he has paid is given back as points."""
    payout = world.reserved()
    world.operator.go_wrong("rate_limited", world.phone(payout), count=1)
    world.executor.send_next()
    assert world.payout(payout.payout_id).state is State.RESERVED
    assert line.tell(payout, "completed").status_code == 204
    assert asking.stop_chunk(world.engine, str(payout.run_month), world.clock) == 0
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert said(world.engine, payout.payout_id)[1:] == [("payout.completed", 2)]


def test_a_decline_of_what_was_completed_moves_nothing_and_is_loud(
    world: World, line: Line
) -> None:
    """What would break it: points are spent, nobody was topped up, and nobody is told."""
    payout = world.reserved()
    world.work()
    done = world.payout(payout.payout_id)
    with structlog.testing.capture_logs() as logs:
        assert line.tell(done, "declined", reason="barred").status_code == 204
    [told_] = [one for one in logs if one["event"] == "top_up.contradicts_its_end"]
    assert (told_["log_level"], told_["payout_id"]) == ("error", str(payout.payout_id))
    assert world.payout(payout.payout_id) == done
