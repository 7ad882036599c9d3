"""A member's inbox: what he was told, without codes; his own alone; read when he says so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.notifications.domain import Kind, News, news_of_completed
from services.notifications.handlers import MemberChanged, note_members
from services.notifications.inbox import store
from shared.events import Received
from shared.identity import SESSION_COOKIE, Sessions
from tests.integration.notifications.conftest import SESSION_KEY, World, topped_up


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


def sign_in(world: World, client: FlaskClient, member_id: UUID) -> None:
    token = Sessions([SESSION_KEY]).seal(member_id, world.clock() + timedelta(days=500))
    client.set_cookie(SESSION_COOKIE, token)


def listed(client: FlaskClient, query: str = "") -> dict[str, Any]:
    return dict(client.get(f"/me/notices{query}").get_json())


def test_news_are_read_page_by_page_and_are_the_members_own(
    world: World, client: FlaskClient
) -> None:
    (member_id, _), (other_id, _) = world.member(), world.member()
    sender = world.sender()
    for amount in (100, 200, 300):
        world.tell(topped_up(member_id, amount), topped_up(other_id, 7))
        sender.send_due()
    sign_in(world, client, member_id)
    first = listed(client, "?limit=2")
    assert [one["facts"]["amount"] for one in first["data"]] == [300, 200]
    assert (first["unread"], first["data"][0]["news"]) == (3, "payouts")
    rest = listed(client, f"?limit=2&after={first['next']}")
    assert ([one["facts"]["amount"] for one in rest["data"]], rest["next"]) == ([100], None)
    newest = {"newest": first["data"][1]["notice_id"]}
    assert client.post("/me/notices/read", json=newest).status_code == 204
    assert [one["is_read"] for one in listed(client)["data"]] == [False, True, True]
    sign_in(world, client, other_id)
    assert listed(client)["unread"] == 3
    assert client.post("/me/notices/read", json=newest).status_code == 404


def test_what_was_told_is_there_though_the_sms_waits_and_no_code_ever_is(
    world: World, client: FlaskClient
) -> None:
    """INVARIANT: the site shows no code: neither a certificate's nor a relative's."""
    member_id, phone = world.member()
    facts: dict[str, str | int] = {"relative_id": str(uuid4()), "question": 1}
    certificate_id = uuid4()
    world.gateway_fails("error_500", phone)
    world.tell(
        topped_up(member_id),
        News("relative:1", member_id, Kind.RELATIVE_ASKED, facts),
        News(
            "letter:1",
            member_id,
            Kind.PASSWORD_CHANGED,
            {"letter_id": str(uuid4()), "channel": "sms"},
            "en",
        ),
        *news_of_completed(uuid4(), member_id, 500, [certificate_id]),
    )
    world.sender().send_due()
    sign_in(world, client, member_id)
    shown = {one["kind"]: one["facts"] for one in listed(client)["data"]}
    assert shown == {
        "top_up_completed": {"amount": 300},
        "password_changed": {},
        "certificate_issued": {"certificate_id": str(certificate_id)},
    }


def test_a_notice_is_kept_400_days_or_until_its_member_is_erased(
    world: World, client: FlaskClient
) -> None:
    (member_id, _), (erased_id, _) = world.member(), world.member()
    world.tell(topped_up(member_id), topped_up(erased_id))
    world.sender().send_due()
    with world.engine.begin() as connection:
        changed = MemberChanged(erased_id, "en", "erased")
        event = Received(uuid4(), "member.changed", str(erased_id), 9, world.clock(), changed)
        note_members(connection, [event], world.clock)
    sign_in(world, client, erased_id)
    assert listed(client) == {"data": [], "next": None, "unread": 0}
    sign_in(world, client, member_id)
    world.clock.move(store.KEPT - timedelta(seconds=1))
    assert listed(client)["unread"] == 1
    world.clock.move(timedelta(seconds=1))
    assert listed(client) == {"data": [], "next": None, "unread": 0}
    with world.engine.begin() as connection:
        store.forget_old(connection, world.clock())
        assert connection.exec_driver_sql("SELECT count(*) FROM notices").scalar() == 0


@pytest.mark.parametrize("query", ["after=0", "after=x", "limit=0", "limit=101", "page=1"])
def test_a_wrong_page_is_refused_and_names_the_field(
    world: World, client: FlaskClient, query: str
) -> None:
    assert client.get("/me/notices").status_code == 401
    sign_in(world, client, uuid4())
    answer = client.get(f"/me/notices?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [query.partition("=")[0]]
    assert client.post("/me/notices/read", json={"newest": "x"}).status_code == 422
