"""INVARIANT: kill -9 of any service process during the story changes nothing but the time it takes.

What would break it: an effect that is not in the transaction of its event, a consumer that trusts
Kafka's offsets, a top-up repeated because its answer was lost with the process, a click answered
before it is in the journal.
"""

import io
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from rich.console import Console

from deploy.demo import story
from deploy.demo.narrator import Narrator
from deploy.local.processes import PROCESSES, SERVICES
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


# A story costs more than the crashes in it: half of the services share one.
_TOGETHER = (
    ("catalog", "payout", "notifications", "account", "console"),
    ("click_tracking", "bonus_status", "partner_postback", "members"),
)


def test_every_service_is_killed() -> None:
    assert sorted(one for some in _TOGETHER for one in some) == sorted(SERVICES)


@pytest.mark.parametrize("killed", _TOGETHER, ids="-".join)
def test_killed_services_lose_and_repeat_nothing(
    stack: RunningStack, killed: Sequence[str]
) -> None:
    narrator = Narrator(Console(file=io.StringIO()))
    crashes: list[Future[None]] = []

    # One round at a time: a chapter that begins while the last one is under way has enough of it.
    with ThreadPoolExecutor(max_workers=1) as saboteur:

        def crash_in_the_background(chapter: str) -> None:
            if chapter == "verify":
                for crash in crashes:
                    crash.result()
            elif not crashes or crashes[-1].done():
                crashes.append(saboteur.submit(_crash_and_restart, stack, killed))

        story.tell(
            stack.system,
            narrator,
            members=stack.new_members(),
            month=stack.new_month(),
            before=crash_in_the_background,
        )

    assert narrator.broken == []


def _crash_and_restart(stack: RunningStack, killed: Sequence[str]) -> None:
    """Kill every process of services, one after the other, and start each again at once."""
    for one in PROCESSES:
        if one.service in killed:
            stack.kill(one.name)
            stack.start(one.name)
