"""A message that ended unsent is loud, is listed, and a clerk can have it sent again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.notifications.domain import State
from tests.integration.notifications.conftest import CLERK_KEY, SERVICE_KEY, World, topped_up

CLERK = {"Authorization": f"Bearer {CLERK_KEY}"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def refused(world: World) -> tuple[UUID, str]:
    """A member whose message the gateway refused, and would again; and his phone."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    world.gateway_fails("refused", phone)
    world.sender().send_due()
    assert only_row(world, member_id).state == State.REFUSED
    return member_id, phone


def only_row(world: World, member_id: UUID) -> Any:
    [row] = world.rows(member_id)
    return row


def send_again(client: FlaskClient, message_id: UUID, **headers: str) -> TestResponse:
    return client.post(f"/messages/{message_id}/send-again", headers=CLERK | headers)


def test_a_refused_message_is_sent_again_by_a_clerk_and_arrives_once(
    world: World, client: FlaskClient, refused: tuple[UUID, str]
) -> None:
    member_id, phone = refused
    message_id = only_row(world, member_id).message_id
    world.gateway_heals()
    answer = send_again(client, message_id)
    assert answer.status_code == 202
    told = answer.get_json()
    assert (told["message_id"], told["state"], told["ended_at"]) == (
        str(message_id),
        "unsent",
        None,
    )
    assert world.sender().send_due() == 1
    assert only_row(world, member_id).state == State.SENT
    assert len(world.inbox(phone)) == 1


def test_what_did_arrive_is_not_delivered_a_second_time(world: World, client: FlaskClient) -> None:
    """INVARIANT: sent again under the same id: the gateway knows what it delivered already."""
    member_id, phone = world.member()
    world.patience = replace(world.patience, give_up=timedelta(0))
    world.tell(topped_up(member_id))
    world.gateway_fails("no_answer", phone)
    world.clock.move(timedelta(seconds=1))
    world.sender().send_due()
    row = only_row(world, member_id)
    assert (row.state, len(world.inbox(phone))) == (State.GIVEN_UP, 1)
    world.gateway_heals()
    send_again(client, row.message_id)
    world.sender().send_due()
    assert only_row(world, member_id).state == State.SENT
    assert len(world.inbox(phone)) == 1


def test_a_message_given_up_long_ago_gets_its_whole_patience_again(
    world: World, client: FlaskClient
) -> None:
    """INVARIANT: sent again, it is not given up at the first fault because it is old."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    world.clock.move(timedelta(days=4))
    world.gateway_fails("error_500", phone)
    sender = world.sender()
    sender.send_due()
    row = only_row(world, member_id)
    assert row.state == State.GIVEN_UP
    send_again(client, row.message_id)
    sender.send_due()
    assert only_row(world, member_id).state == State.UNSENT
    world.gateway_heals()
    world.clock.move(world.patience.longest_pause)
    sender.send_due()
    assert only_row(world, member_id).state == State.SENT


def test_only_what_ended_unsent_is_sent_again(world: World, client: FlaskClient) -> None:
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    message_id = only_row(world, member_id).message_id
    for state in (State.UNSENT, State.SENT):
        assert only_row(world, member_id).state == state
        answer = send_again(client, message_id)
        assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
        assert answer.get_json()["code"] == "cannot_send_again"
        assert state in answer.get_json()["detail"]
        world.sender().send_due()
    assert len(world.inbox(phone)) == 1


def test_an_unknown_message_is_not_found(client: FlaskClient) -> None:
    answer = send_again(client, uuid4())
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_message")


@pytest.mark.parametrize("key", ["", SERVICE_KEY, "wrong"])
def test_nobody_but_a_clerk_sends_again(client: FlaskClient, key: str) -> None:
    assert send_again(client, uuid4(), Authorization=f"Bearer {key}").status_code == 401


def test_a_clerk_lists_what_ended_unsent_of_all_members_or_of_one(
    world: World, client: FlaskClient, refused: tuple[UUID, str]
) -> None:
    member_id, phone = refused
    other_id, _ = world.member()
    world.tell(topped_up(other_id))
    world.sender().send_due()

    def listed(query: str) -> list[tuple[str, str]]:
        answer = client.get(f"/messages?{query}", headers=CLERK)
        assert phone not in answer.text
        return [(one["member_id"], one["state"]) for one in answer.get_json()["data"]]

    assert listed("failed=true") == [(str(member_id), "refused")]
    assert listed(f"failed=true&member_id={member_id}") == [(str(member_id), "refused")]
    assert listed(f"failed=true&member_id={other_id}") == []
    assert listed(f"failed=false&member_id={other_id}") == [(str(other_id), "sent")]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("query", ["failed=false", "failed=yes", "failed=1&failed=true"])
def test_a_list_of_nobody_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/messages?{query}", headers=CLERK).status_code in {400, 422}


def test_a_message_that_ends_unsent_is_an_error_in_the_log(world: World) -> None:
    nobody = uuid4()
    member_id, _ = world.member()
    world.tell(topped_up(nobody), topped_up(member_id))
    with structlog.testing.capture_logs() as logs:
        world.sender().send_due()
    ended = {one["state"]: one["log_level"] for one in logs if one["event"] == "message.ended"}
    assert ended == {"refused": "error", "sent": "info"}
