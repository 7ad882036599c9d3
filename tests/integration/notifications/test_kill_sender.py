"""A sender killed in the middle of a call: started again, it sends nothing twice."""

from pathlib import Path

from deploy.local import process
from services.notifications.domain import State
from tests.integration.notifications.conftest import NOWHERE, SERVICE_KEY, World, topped_up
from tests.support.databases import address_of
from tests.support.processes import running
from tests.support.waiting import eventually


def test_a_kill_during_the_call_is_one_sms_in_the_end(world: World, tmp_path: Path) -> None:
    """INVARIANT: delivered and not yet noted is the worst moment to die; the id saves it."""
    member_id, phone = world.member()
    world.gateway_fails("slow", phone, seconds=5, count=1)
    world.tell(topped_up(member_id))
    settings = {
        "DATABASE_URL": address_of(world.engine),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": "clerk",
        "SERVICE_KEY": SERVICE_KEY,
        "SESSION_KEYS": "6b" * 32,
        "MEMBERS_URL": world.members_url,
        "PAYOUT_URL": NOWHERE,
        "GATEWAY_URL": world.gateway_url,
        "MESSAGE_LEASE_SECONDS": "1",
        "MONITOR_PORT": "0",
    }
    with running("notifications", "send", tmp_path, settings) as first:
        eventually(lambda: world.inbox(phone), seconds=60)
        process.kill(first)
    [row] = world.rows(member_id)
    assert row.state == State.UNSENT
    with running("notifications", "send", tmp_path, settings):
        eventually(lambda: world.rows(member_id)[0].delivery == "delivered", seconds=60)
    assert [row.state for row in world.rows(member_id)] == [State.SENT]
    assert len(world.inbox(phone)) == 1
    assert phone[1:] not in "".join(path.read_text() for path in tmp_path.glob("*.log"))
