"""A held payout has an end: a clerk gives it up, if the operator, asked now, never heard of it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.states import Fact, State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Outcome
from services.payout.top_ups.outcomes import Tried, keep_outcomes
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.given import said, told_reason
from tests.integration.payout.world import World
from tests.support.answers import NEVER_HEARD, Answer, answering

WHY = {"clerk": "anna", "reason": "the operator refuses it, ticket 4711"}
Desk = Callable[..., FlaskClient]


@pytest.fixture
def desk(settings: Settings, world: World) -> Desk:
    """The clerk's desk; it asks the operator of this world, or one at another address."""

    def make(billing_url: str = world.operator.url) -> FlaskClient:
        return build(
            replace(settings, billing_url=billing_url), world.engine, world.clock
        ).test_client()

    return make


@pytest.fixture
def held(world: World) -> Payout:
    """A payout that the operator refused to take, long enough ago; he would refuse it again."""
    payout = world.reserved()
    world.operator.go_wrong("refused", world.phone(payout), count=1)
    world.executor.send_next()
    world.clock.move(world.patience.settling)
    found = world.payout(payout.payout_id)
    assert found.state is State.HELD
    return found


def give_up(client: FlaskClient, payout_id: UUID, **body: Any) -> TestResponse:
    return client.post(f"/payouts/{payout_id}/give-up", json=WHY | body, headers=CLERK)


def executed(world: World, payout: Payout) -> list[int]:
    return world.operator.executed([payout.payout_id])[payout.payout_id]


def test_a_payout_that_the_operator_never_heard_of_gives_its_points_back(
    world: World, desk: Desk, held: Payout
) -> None:
    answer = give_up(desk(), held.payout_id)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert (told["state"], told["reason"]) == ("declined", f"given up by anna: {WHY['reason']}")
    assert said(world.engine, held.payout_id)[1:] == [("payout.declined", 2)]
    world.hear("released", held)
    assert world.payout(held.payout_id).state is State.RELEASED
    world.clock.move(timedelta(days=1))
    world.work()
    assert executed(world, held) == []


def test_what_a_clerk_writes_stays_here(world: World, desk: Desk, held: Payout) -> None:
    """INVARIANT: his words may name a person; an event carries the one word `given_up`."""
    give_up(desk(), held.payout_id, reason="Ivan Petrov called")
    assert told_reason(world.engine, held.payout_id) == "given_up"


def test_a_payout_that_was_executed_is_completed_instead(world: World, desk: Desk) -> None:
    """INVARIANT: money that has moved is never given back as points too."""
    payout = world.reserved()
    world.operator.go_wrong("wrong_amount", world.phone(payout), count=1)
    world.work()
    assert world.payout(payout.payout_id).state is State.HELD
    world.clock.move(timedelta(hours=1))
    assert_problem(give_up(desk(), payout.payout_id), 409, "was_executed")
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert said(world.engine, payout.payout_id)[1:] == [("payout.completed", 2)]
    assert executed(world, payout) == [payout.points]


def test_a_payout_that_the_operator_declined_keeps_his_reason(
    world: World, desk: Desk, held: Payout
) -> None:
    with answering(as_told(held, status="declined", reason="barred")) as url:
        told = give_up(desk(url), held.payout_id).get_json()
    assert (told["state"], told["reason"]) == ("declined", "barred")
    assert said(world.engine, held.payout_id)[1:] == [("payout.declined", 2)]


def as_told(payout: Payout, status_code: int = 200, **changes: Any) -> Answer:
    """An operator who tells of the payout, with changes."""
    full = {
        "top_up_id": str(uuid4()),
        "idempotency_key": str(payout.payout_id),
        "amount_rubles": payout.points,
        "status": "completed",
        "reason": None,
    }
    return lambda _method, _path: (status_code, json.dumps(full | changes).encode())


def test_an_unclear_answer_changes_nothing(world: World, desk: Desk, held: Payout) -> None:
    """INVARIANT: silence, HTML, "under way", another amount: none of them means "not done"."""
    unclear: list[Answer] = [
        as_told(held, status="accepted"),
        as_told(held, amount_rubles=held.points + 1),
        as_told(held, idempotency_key=str(uuid4())),
        as_told(held, status_code=500),
        as_told(held, status_code=403),
        lambda _method, _path: (200, b"<html>Welcome</html>"),
        lambda _method, _path: (404, b"<html>Welcome</html>"),
    ]
    for answer in unclear:
        with answering(answer) as url:
            assert_problem(give_up(desk(url), held.payout_id), 409, "outcome_unclear")
    assert_problem(give_up(desk("http://127.0.0.1:1"), held.payout_id), 409, "outcome_unclear")
    assert world.payout(held.payout_id) == held
    assert said(world.engine, held.payout_id) == [("payout.requested", 1)]


def test_an_operators_top_up_of_another_payout_changes_nothing(
    world: World, desk: Desk, held: Payout
) -> None:
    other = world.reserved()
    world.work()
    reference = world.payout(other.payout_id).operator_reference
    with answering(as_told(held, top_up_id=reference)) as url:
        assert_problem(give_up(desk(url), held.payout_id), 409, "outcome_unclear")
    assert world.payout(held.payout_id) == held


def test_never_heard_is_believed_only_once_he_had_time_to_hear(world: World, desk: Desk) -> None:
    payout = world.reserved()
    world.operator.go_wrong("refused", world.phone(payout), count=1)
    world.executor.send_next()
    world.clock.move(world.patience.settling - timedelta(seconds=1))
    assert_problem(give_up(desk(), payout.payout_id), 409, "outcome_unclear")
    assert world.payout(payout.payout_id).state is State.HELD


def test_only_a_held_payout_is_given_up(world: World, desk: Desk) -> None:
    payout = world.reserved()
    assert_problem(give_up(desk(), payout.payout_id), 409, "cannot_give_up")
    assert world.payout(payout.payout_id) == payout
    assert_problem(give_up(desk(), uuid4()), 404, "unknown_payout")


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x" * 201}, {"clerk": ""}])
def test_a_clerk_says_who_and_why(desk: Desk, body: dict[str, Any]) -> None:
    answer = desk().post(f"/payouts/{uuid4()}/give-up", json=WHY | body, headers=CLERK)
    assert_problem(answer, 422, "invalid_fields", *body)
    answer = desk().post(f"/payouts/{uuid4()}/give-up", json=WHY, headers=SERVICE)
    assert answer.status_code == 401


def test_a_payout_sent_again_while_the_operator_is_asked_is_not_given_up(
    world: World, desk: Desk, held: Payout
) -> None:
    """INVARIANT: "never heard of it" is true only of the attempts that were made before."""

    def answer(_method: str, _path: str) -> tuple[int, bytes]:
        # Another clerk asks, an executor hears "never", sends it again, and the operator does it.
        asked = desk().post(f"/payouts/{held.payout_id}/ask", headers=CLERK)
        assert asked.status_code == 202
        world.work(until=State.COMPLETED, payout=held)
        return 404, NEVER_HEARD

    with answering(answer) as url:
        assert_problem(give_up(desk(url), held.payout_id), 409, "payout_moved")
    assert world.payout(held.payout_id).state is State.COMPLETED
    assert executed(world, held) == [held.points]
    assert said(world.engine, held.payout_id)[1:] == [("payout.completed", 2)]


def test_two_clerks_at_once_give_it_up_once(world: World, desk: Desk, held: Payout) -> None:
    clients = [desk() for _ in range(4)]
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(lambda one: give_up(one, held.payout_id), clients))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert said(world.engine, held.payout_id)[1:] == [("payout.declined", 2)]


@pytest.mark.parametrize("fact", [Fact.COMPLETED, Fact.DECLINED, Fact.NOT_DONE])
def test_an_executors_late_answer_moves_no_held_payout(
    world: World, held: Payout, fact: Fact
) -> None:
    """INVARIANT: what is held moves by a clerk alone."""
    with world.engine.begin() as connection:
        late = Tried(held, Outcome(fact, "late"))
        keep_outcomes(connection, [late], world.patience, world.clock())
    assert world.payout(held.payout_id) == held


def test_a_top_up_that_was_done_after_all_is_an_error_in_the_log(
    world: World, desk: Desk, held: Payout
) -> None:
    give_up(desk(), held.payout_id)
    done = Outcome(Fact.COMPLETED, reference="t-1")
    with structlog.testing.capture_logs() as logs, world.engine.begin() as connection:
        keep_outcomes(connection, [Tried(held, done)], world.patience, world.clock())
    [told] = [one for one in logs if one["event"] == "top_up.contradicts_its_end"]
    assert (told["log_level"], told["payout_id"]) == ("error", str(held.payout_id))
    assert world.payout(held.payout_id).state is State.DECLINED


def test_held_payouts_of_all_runs_are_listed_in_pages(world: World, desk: Desk) -> None:
    client, ids = desk(), []
    for _ in range(3):
        payout = world.reserved()
        world.operator.go_wrong("refused", world.phone(payout), count=1)
        world.executor.send_next()
        ids.append(str(payout.payout_id))
    world.reserved()
    first = client.get("/payouts/held?limit=2", headers=CLERK).get_json()
    rest = client.get(f"/payouts/held?limit=2&after={first['next']}", headers=CLERK).get_json()
    assert [one["payout_id"] for one in first["data"] + rest["data"]] == sorted(ids)
    assert {one["state"] for one in first["data"]} == {"held"}
    assert rest["next"] is None
    assert client.get("/payouts/held").status_code == 401
