"""Who is blocked after his points were reserved is not paid: they are given back."""

from uuid import UUID

import requests

from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.states import State
from services.payout.store import certificates
from tests.integration.payout.given import hear_member, said
from tests.integration.payout.world import CLERK_KEY, World

BY_CLERK = {"reason": "three accounts", "clerk": "anna"}


def block(world: World, members_url: str, member_id: UUID, act: str = "block") -> None:
    """As a clerk does, and as payout hears of it."""
    requests.post(
        f"{members_url}/members/{member_id}/{act}",
        json=BY_CLERK,
        headers={"Authorization": f"Bearer {CLERK_KEY}"},
        timeout=5,
    ).raise_for_status()
    with world.engine.begin() as connection:
        status = "blocked" if act == "block" else "active"
        hear_member(connection, member_id, world.clock, status=status)


def test_a_blocked_members_phone_is_not_topped_up(world: World, members_url: str) -> None:
    """INVARIANT: a run may be paused for days between the reserving and the sending."""
    payout, other = world.reserved(), world.reserved()
    block(world, members_url, payout.member_id)
    world.work()
    found = world.payout(payout.payout_id)
    assert (found.state, found.reason) == (State.DECLINED, "no_number")
    assert world.operator.executed([payout.payout_id]) == {payout.payout_id: []}
    assert said(world.engine, payout.payout_id)[1:] == [("payout.declined", 2)]
    assert world.payout(other.payout_id).state is State.COMPLETED


def test_a_blocked_member_gets_no_certificate(world: World, members_url: str) -> None:
    wish = Wish(Kind.CERTIFICATE, target=500)
    payout, other = (world.reserved(wish, points=500) for _ in range(2))
    block(world, members_url, payout.member_id)
    assert world.issue() == 1
    found = world.payout(payout.payout_id)
    assert (found.state, found.reason) == (State.DECLINED, "blocked")
    assert said(world.engine, payout.payout_id)[1:] == [("payout.declined", 2)]
    with world.engine.connect() as connection:
        assert certificates.of_member(connection, payout.member_id) == []
        assert len(certificates.of_member(connection, other.member_id)) == 1
    assert world.issue() == 0
