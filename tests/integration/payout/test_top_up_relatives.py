"""A top-up for a relative goes to the relative's phone, and nowhere once he agrees no longer."""

import secrets
from datetime import timedelta
from uuid import UUID

import pytest
import requests
from sqlalchemy import text

from services.payout.domain import Kind
from services.payout.goals import Wish, set_goals
from services.payout.states import State
from services.payout.store.payouts import Payout
from shared.clock import utc_now
from shared.http_client import HttpClient
from shared.identity import SESSION_COOKIE, Sessions
from tests.integration.payout.given import (
    GOALS_SET_AT,
    hear_bonus,
    hear_points,
    hear_relative,
    run_all,
)
from tests.integration.payout.world import CLERK_KEY, World
from tests.support.clock import SteppedClock


@pytest.fixture
def mother(world: World, members_url: str, clock: SteppedClock) -> tuple[UUID, UUID, str]:
    """A member's mother, who agreed to be topped up; answers his id, hers, and her number."""
    phone = f"+7929{secrets.randbelow(10**7):07d}"
    member_id = world.member()
    cookie = Sessions([b"k" * 32]).seal(member_id, utc_now() + timedelta(days=1))
    signed_in = {SESSION_COOKIE: cookie}
    mine = f"{members_url}/me/relatives"
    named = requests.post(
        mine, json={"phone": phone, "label": "mother"}, cookies=signed_in, timeout=5
    )
    assert named.ok, named.text
    relative_id = UUID(named.json()["relative_id"])
    members = HttpClient(members_url, bearer=CLERK_KEY)
    code = members.get(f"/relatives/{relative_id}/questions/1").json()["code"]
    requests.post(
        f"{mine}/{relative_id}/consent", json={"code": code}, cookies=signed_in, timeout=5
    ).raise_for_status()
    with world.engine.begin() as connection:
        hear_relative(connection, member_id, clock, relative_id=relative_id)
        wishes = [Wish(Kind.TOP_UP, monthly_limit=200, relative_id=relative_id), Wish(Kind.TOP_UP)]
        set_goals(connection, member_id, wishes, GOALS_SET_AT)
    return member_id, relative_id, phone


def _reserved(world: World, member_id: UUID) -> dict[UUID | None, Payout]:
    with world.engine.begin() as connection:
        hear_bonus(connection, member_id, 500, world.clock)
    run_all(world.engine, world.free_month(), world.clock)
    found = world.payouts_of(member_id)
    with world.engine.begin() as connection:
        for payout in found:
            hear_points(connection, "reserved", payout, world.clock)
    return {one.relative_id: one for one in found}


def _sent(world: World, payout: Payout) -> tuple[str, int]:
    """Ask the operator where a payout went, and how much of it."""
    asked = f"{world.operator.url}/top-ups/{payout.payout_id}"
    told = requests.get(asked, timeout=5).json()
    return told["phone"], told["amount_rubles"]


def _said_of(world: World, payout: Payout) -> tuple[str, str | None]:
    """The type of a payout's last event, and the relative that it names."""
    ask = text("""
        SELECT message::jsonb ->> 'type' AS type,
               message::jsonb -> 'data' ->> 'relative_id' AS relative_id
        FROM event_log WHERE aggregate_id = :id ORDER BY version DESC LIMIT 1
    """)
    with world.engine.connect() as connection:
        row = connection.execute(ask, {"id": str(payout.payout_id)}).one()
    return row.type, row.relative_id


def test_each_payout_goes_to_its_own_number(world: World, mother: tuple[UUID, UUID, str]) -> None:
    """INVARIANT: a relative's money never lands on the member's phone, nor the other way round."""
    member_id, relative_id, phone = mother
    reserved = _reserved(world, member_id)
    world.work()
    own, hers = reserved[None], reserved[relative_id]
    assert _sent(world, hers) == (phone, 200)
    assert _sent(world, own) == (world.phones[member_id], 300)
    named = {_said_of(world, own), _said_of(world, hers)}
    assert named == {("payout.completed", None), ("payout.completed", str(relative_id))}


def test_who_agrees_no_longer_when_the_money_is_to_move_is_not_topped_up(
    world: World, mother: tuple[UUID, UUID, str], members_url: str
) -> None:
    """The points come back, as with any number that cannot be topped up."""
    member_id, relative_id, _ = mother
    payout = _reserved(world, member_id)[relative_id]
    clerk = HttpClient(members_url, bearer=CLERK_KEY)
    said = {"reason": "she called us", "clerk": "anna"}
    assert clerk.post(f"/relatives/{relative_id}/withdraw", json=said).ok
    world.work()
    declined = world.payout(payout.payout_id)
    assert (declined.state, declined.reason) == (State.DECLINED, "no_number")
    assert _said_of(world, payout) == ("payout.declined", str(relative_id))
    assert world.operator.executed([payout.payout_id]) == {payout.payout_id: []}
