"""What the operator takes back and no payout can take: kept, counted, told, never dropped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import structlog
from flask.testing import FlaskClient

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.states import State
from services.payout.store.payouts import Payout
from services.payout.top_ups import reversals
from services.payout.top_ups.billing import Billing
from shared.http_client import HttpClient
from tests.integration.payout.callers import CLERK
from tests.integration.payout.given import said
from tests.integration.payout.world import World
from tests.support.answers import answering


@dataclass
class ReversalList:
    """The operator's list, of which a test writes each entry."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def add(self, payout_id: UUID, rubles: int, *, number: int | None = None) -> None:
        number = number or len(self.entries) + 1
        more = {"idempotency_key": str(payout_id), "amount_rubles": rubles, "reason": "a mistake"}
        self.entries.append({"reversal": number, **more})

    def answer(self, _method: str, path: str) -> tuple[int, bytes]:
        after = int(parse_qs(urlsplit(path).query)["after"][0])
        data = [one for one in self.entries if one["reversal"] > after]
        return 200, json.dumps({"data": data, "has_more": False}).encode()


@pytest.fixture
def listed(world: World) -> Iterator[ReversalList]:
    """The list that this world's billing reads."""
    made = ReversalList()
    with answering(made.answer) as url:
        world.billing = Billing(HttpClient(url))
        yield made


@pytest.fixture
def settled(world: World) -> Payout:
    """A payout of 300 points that was executed and written off."""
    payout = world.reserved()
    world.work()
    world.hear("written_off", payout)
    return world.payout(payout.payout_id)


@pytest.fixture
def client(settings: Settings, world: World) -> FlaskClient:
    return build(settings, world.engine, world.clock).test_client()


def waiting(client: FlaskClient) -> list[tuple[int, str]]:
    found = client.get("/reversals/waiting", headers=CLERK).get_json()["data"]
    assert reversals.WAITING.collect()[0].samples[0].value == len(found)
    return [(one["reversal"], one["why"]) for one in found]


def test_a_second_reversal_of_one_payout_is_kept_for_a_clerk(
    world: World, client: FlaskClient, settled: Payout, listed: ReversalList
) -> None:
    """INVARIANT: keyed by the operator's number; by the payout, the second one would vanish."""
    listed.add(settled.payout_id, 300)
    listed.add(settled.payout_id, 300)
    with structlog.testing.capture_logs() as logs:
        world.follow_reversals()
        world.follow_reversals()
    assert world.payout(settled.payout_id).state is State.REVERSED
    assert said(world.engine, settled.payout_id)[2:] == [("payout.reversed", 3)]
    assert waiting(client) == [(2, "reversed_before")]
    [told] = [one for one in logs if one["event"] == "reversal.waits"]
    assert (told["log_level"], told["payout_id"], told["reversal"], told["why"]) == (
        "warning",
        str(settled.payout_id),
        2,
        "reversed_before",
    )


def test_the_same_entry_again_is_nothing(
    world: World, client: FlaskClient, settled: Payout, listed: ReversalList
) -> None:
    listed.add(settled.payout_id, 300)
    listed.add(settled.payout_id, 300, number=1)
    world.follow_reversals()
    with world.engine.begin() as connection:  # as if the list began again
        connection.exec_driver_sql("UPDATE reversals_read SET up_to = 0")
    world.follow_reversals()
    assert said(world.engine, settled.payout_id)[2:] == [("payout.reversed", 3)]
    assert waiting(client) == []


def test_a_number_that_comes_with_another_payout_is_loud(
    world: World, settled: Payout, listed: ReversalList
) -> None:
    listed.add(settled.payout_id, 300)
    world.follow_reversals()
    listed.entries.clear()
    listed.add(uuid4(), 300, number=1)
    listed.add(uuid4(), 300, number=2)
    with world.engine.begin() as connection:  # as if the list began again
        connection.exec_driver_sql("UPDATE reversals_read SET up_to = 0")
    with structlog.testing.capture_logs() as logs:
        world.follow_reversals()
    told = [one for one in logs if one["event"] == "reversal.contradicts"]
    assert [(one["log_level"], one["reversal"]) for one in told] == [("error", 1)]


def test_a_part_taken_back_waits_for_a_clerk_and_moves_nothing(
    world: World, client: FlaskClient, settled: Payout, listed: ReversalList
) -> None:
    listed.add(settled.payout_id, 120)
    world.follow_reversals()
    assert world.payout(settled.payout_id).state is State.SETTLED
    [told] = client.get("/reversals/waiting", headers=CLERK).get_json()["data"]
    assert told == {
        "reversal": 1,
        "payout_id": str(settled.payout_id),
        "amount": 120,
        "reserved": 300,
        "state": "settled",
        "reason": "a mistake",
        "heard_at": "2026-11-23T12:00:00Z",
        "why": "another_amount",
    }
    listed.add(settled.payout_id, 300)  # the operator mends it: the whole, under another number
    world.follow_reversals()
    assert world.payout(settled.payout_id).state is State.REVERSED
    assert waiting(client) == [(1, "reversed_before")]


def test_a_reversal_of_a_payout_that_we_do_not_know_waits(
    world: World, client: FlaskClient, listed: ReversalList
) -> None:
    listed.add(uuid4(), 10)
    world.follow_reversals()
    assert waiting(client) == [(1, "unknown_payout")]


def test_a_reversal_that_names_a_certificate_gives_no_points_back(
    world: World, client: FlaskClient, listed: ReversalList
) -> None:
    """What would break it: the member has his points again, and still an open certificate."""
    payout = world.reserved(Wish(Kind.CERTIFICATE, target=500), points=500)
    world.issue()
    listed.add(payout.payout_id, 500)
    world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert waiting(client) == [(1, "unknown_payout")]


def test_a_reversal_that_overtakes_its_payout_waits_for_it(
    world: World, client: FlaskClient, listed: ReversalList
) -> None:
    executing = world.executor
    payout = world.reserved()
    listed.add(payout.payout_id, 300)
    world.follow_reversals()
    assert waiting(client) == [(1, "not_completed")]
    assert executing.send_next()
    world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.REVERSED
    assert waiting(client) == []


def test_waiting_reversals_come_in_pages(
    world: World, client: FlaskClient, listed: ReversalList
) -> None:
    for _ in range(3):
        listed.add(uuid4(), 10)
    world.follow_reversals()
    first = client.get("/reversals/waiting?limit=2", headers=CLERK).get_json()
    assert ([one["reversal"] for one in first["data"]], first["next"]) == ([1, 2], 2)
    last = client.get("/reversals/waiting?limit=2&after=2", headers=CLERK).get_json()
    assert ([one["reversal"] for one in last["data"]], last["next"]) == ([3], None)
    assert client.get("/reversals/waiting").status_code == 401
