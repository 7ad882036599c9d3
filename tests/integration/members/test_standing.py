"""What the programme thanks members for, noted by clerks and told without personal data."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from shared import contracts
from tests.integration.members.conftest import CLERK, SERVICE, Desk, new_phone


def _last_event(engine: Engine, member_id: str) -> dict[str, Any]:
    query = text("SELECT message FROM event_log WHERE aggregate_id = :id ORDER BY version DESC")
    with engine.connect() as connection:
        return dict(json.loads(connection.scalars(query, {"id": member_id}).first() or "{}"))


def test_a_linked_email_is_told_by_its_moment_alone(
    desk: Desk, service_engine: Callable[[str], Engine]
) -> None:
    phone = new_phone()
    member_id = desk.register(phone=phone, email=f"{phone[1:]}@example.org")["member_id"]
    path, said = f"/members/{member_id}", {"email_is_linked": True, "profile_is_filled": True}
    noted = desk.ask("PATCH", path, key=CLERK, json=said).get_json()
    assert noted["email_linked_at"] is not None
    assert desk.ask("PATCH", path, key=CLERK, json=said).get_json() == noted
    event = _last_event(service_engine("members"), member_id)
    contracts.check("member.changed", event["data"])
    assert event["version"] == 2
    assert event["data"]["email_linked_at"] == noted["email_linked_at"]
    assert "example.org" not in json.dumps(event)


def test_who_has_no_email_cannot_link_it(desk: Desk) -> None:
    path = f"/members/{desk.register()['member_id']}"
    refused = desk.ask("PATCH", path, key=CLERK, json={"email_is_linked": True})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "no_email")


@pytest.mark.parametrize(
    "said", [{}, {"email_is_linked": 1}, {"status": "blocked"}, {"invited_by": str(uuid4())}]
)
def test_what_cannot_be_noted_is_refused(desk: Desk, said: dict[str, Any]) -> None:
    """What would break it: an inviter who is said later could close a loop."""
    path = f"/members/{desk.register()['member_id']}"
    assert desk.ask("PATCH", path, key=CLERK, json=said).status_code == 422
    assert desk.ask("PATCH", path, key=SERVICE, json={"is_own_subscriber": True}).status_code == 401


def test_a_friend_names_his_inviter_who_must_be_an_active_member(
    desk: Desk, service_engine: Callable[[str], Engine]
) -> None:
    inviter = desk.register()["member_id"]
    friend = desk.register(invited_by=inviter, shared_device=True)
    assert (friend["invited_by"], friend["shared_device"]) == (inviter, True)
    event = _last_event(service_engine("members"), friend["member_id"])
    assert event["data"]["invited_by"] == inviter
    nobody = {"phone": new_phone(), "invited_by": str(uuid4())}
    refused = desk.ask("POST", "/members", key=CLERK, json=nobody)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "unknown_inviter")


def test_a_block_is_kept_with_who_and_why(desk: Desk) -> None:
    path = f"/members/{desk.register()['member_id']}"
    for how, reason in (("block", "three accounts"), ("block", "again"), ("unblock", "a mistake")):
        said = {"reason": reason, "clerk": "anna"}
        assert desk.ask("POST", f"{path}/{how}", key=CLERK, json=said).status_code == 200
    assert desk.ask("POST", f"{path}/block", key=CLERK, json={"clerk": "anna"}).status_code == 422
    told = desk.ask("GET", f"{path}/decisions", key=CLERK).get_json()["data"]
    assert [(one["status"], one["reason"]) for one in told] == [
        ("active", "a mistake"),
        ("blocked", "three accounts"),
    ]
