"""A member's goals and certificates over HTTP: who may ask, what is refused, what is told."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from services.payout.api.app import build
from services.payout.config import Settings
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem, sign_in
from tests.integration.payout.given import hear_member
from tests.support.clock import SteppedClock

KEPT = {"goal_id", "kind", "monthly_limit", "target", "relative_id", "is_paused"}


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> FlaskClient:
    return build(settings, engine, clock).test_client()


@pytest.fixture
def member_id(engine: Engine, clock: SteppedClock) -> UUID:
    member_id = uuid4()
    with engine.begin() as connection:
        hear_member(connection, member_id, clock)
    return member_id


@pytest.fixture
def mine(client: FlaskClient, member_id: UUID, clock: SteppedClock) -> FlaskClient:
    """The member, signed in."""
    sign_in(client, member_id, clock)
    return client


def kinds(answer: TestResponse) -> list[tuple[str, Any, Any]]:
    assert answer.status_code == 200, answer.text
    return [
        (one["kind"], one["monthly_limit"], one["target"]) for one in answer.get_json()["goals"]
    ]


def test_a_member_begins_with_his_own_number(
    client: FlaskClient, member_id: UUID, clock: SteppedClock
) -> None:
    sign_in(client, member_id, clock)
    assert kinds(client.get("/me/goals")) == [("top_up", None, None)]


def test_a_member_not_heard_of_yet_can_set_his_goals(
    client: FlaskClient, clock: SteppedClock
) -> None:
    sign_in(client, uuid4(), clock)
    wanted = {"goals": [{"kind": "top_up", "monthly_limit": 5}]}
    assert kinds(client.put("/me/goals", json=wanted)) == [("top_up", 5, None)]


def test_goals_are_kept_in_order_and_what_was_read_can_be_sent_back(
    client: FlaskClient, member_id: UUID, clock: SteppedClock
) -> None:
    sign_in(client, member_id, clock)
    wanted = {"goals": [{"kind": "certificate", "target": 2000}, {"kind": "top_up"}]}
    first = client.put("/me/goals", json=wanted).get_json()
    assert [set(goal) for goal in first["goals"]] == [KEPT, KEPT]
    assert client.put("/me/goals", json=first).get_json() == first
    assert client.get("/me/goals").get_json() == first
    assert client.get(f"/members/{member_id}/goals", headers=CLERK).get_json() == first


@pytest.mark.parametrize(
    ("goals", "code", "field"),
    [
        ([], "invalid_fields", "goals"),
        ([{"kind": "top_up"}] * 11, "invalid_fields", "goals"),
        ([{"kind": "yacht"}], "invalid_fields", "goals.0.kind"),
        ([{"kind": "top_up", "x": 1}], "invalid_fields", "goals.0.x"),
        ([{"kind": "top_up", "monthly_limit": 0}], "invalid_fields", "goals.0.monthly_limit"),
        ([{"kind": "top_up", "monthly_limit": 5.5}], "invalid_fields", "goals.0.monthly_limit"),
        ([{"kind": "top_up", "monthly_limit": 10**30}], "invalid_fields", "goals.0.monthly_limit"),
        ([{"kind": "top_up", "goal_id": "x"}], "invalid_fields", "goals.0.goal_id"),
        ([{"kind": "top_up", "relative_id": "x"}], "invalid_fields", "goals.0.relative_id"),
        ([{"kind": "top_up", "is_paused": 1}], "invalid_fields", "goals.0.is_paused"),
        ([{"kind": "certificate", "target": 0}], "invalid_fields", "goals.0.target"),
        ([{"kind": "certificate", "target": 80_500}], "wrong_goal", "goals.0.target"),
        ([{"kind": "certificate", "target": 260}], "wrong_goal", "goals.0.target"),
        ([{"kind": "top_up"}, {"kind": "top_up"}], "wrong_goal", "goals"),
        ([{"kind": "top_up", "goal_id": str(uuid4())}], "unknown_goal", "goals.0.goal_id"),
    ],
)
def test_goals_that_cannot_be_are_refused_and_change_nothing(
    mine: FlaskClient, goals: object, code: str, field: str
) -> None:
    before = mine.get("/me/goals").get_json()
    answer = mine.put("/me/goals", json={"goals": goals})
    assert_problem(answer, 404 if code == "unknown_goal" else 422, code, field)
    assert mine.get("/me/goals").get_json() == before


def test_a_member_cannot_take_another_members_goal(
    client: FlaskClient, member_id: UUID, clock: SteppedClock
) -> None:
    sign_in(client, member_id, clock)
    theirs = client.get("/me/goals").get_json()
    sign_in(client, uuid4(), clock)
    answer = client.put("/me/goals", json=theirs)
    assert_problem(answer, 404, "unknown_goal", "goals.0.goal_id")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/members/{id}/goals"),
        ("PUT", "/members/{id}/goals"),
        ("GET", "/members/{id}/next-payout"),
        ("GET", "/members/{id}/certificates"),
        ("POST", "/runs"),
        ("GET", "/runs/2026-12"),
        ("GET", "/runs/2026-12/payouts"),
        ("GET", "/payouts/{id}"),
        ("POST", "/payouts/{id}/ask"),
        ("GET", "/certificates/{id}/code"),
        ("GET", "/ops/parked"),
    ],
)
def test_a_members_session_opens_no_clerks_door(
    client: FlaskClient, member_id: UUID, clock: SteppedClock, method: str, path: str
) -> None:
    sign_in(client, member_id, clock)
    body = {"goals": [{"kind": "top_up"}]} if method == "PUT" else {"month": "2026-12"}
    options = {} if method == "GET" else {"json": body}
    answer = client.open(path.format(id=member_id), method=method, **options)
    assert_problem(answer, 401, "not_allowed")


@pytest.mark.parametrize("path", ["/me/goals", "/me/next-payout", "/me/certificates"])
def test_nobody_is_signed_in(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(path), 401, "not_signed_in")


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    path = f"/payouts/{uuid4()}"
    assert_problem(client.get(path, headers=CLERK), 404, "unknown_payout")
    assert_problem(client.post(f"{path}/ask", headers=CLERK), 404, "unknown_payout")
    assert_problem(
        client.get(f"/certificates/{uuid4()}/code", headers=SERVICE), 404, "unknown_certificate"
    )
    assert_problem(client.get(f"/members/{uuid4()}/goals", headers=CLERK), 404, "unknown_member")
