"""Taking members in: once per phone and e-mail, with the event in the same commit."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.event import listen

from shared import contracts
from tests.integration.members.conftest import CLERK, SERVICE, Desk, new_phone


def _events(engine: Engine, member_id: str) -> list[dict[str, Any]]:
    query = text("SELECT message FROM event_log WHERE aggregate_id = :id ORDER BY version")
    with engine.connect() as connection:
        return [json.loads(one) for one in connection.scalars(query, {"id": member_id})]


def test_a_member_is_registered_and_announced_without_personal_data(
    desk: Desk, service_engine: Callable[[str], Engine]
) -> None:
    """INVARIANT: phone and e-mail never leave this service in an event."""
    phone = new_phone()
    member = desk.register(phone=phone, email=f"Mail{phone}@Example.org", language="sv")
    assert (member["phone"], member["email"]) == (phone, f"mail{phone}@example.org")
    (event,) = _events(service_engine("members"), member["member_id"])
    contracts.check("member.changed", event["data"])
    assert (event["version"], event["data"]["language"]) == (1, "sv")
    assert phone not in json.dumps(event)
    assert "example.org" not in json.dumps(event)


def test_a_phone_in_another_spelling_is_the_same_member(desk: Desk) -> None:
    phone = desk.register()["phone"]
    again = desk.ask("POST", "/members", key=CLERK, json={"phone": phone.replace("+7", "8", 1)})
    assert (again.status_code, again.get_json()["code"]) == (409, "phone_taken")
    found = desk.ask("GET", "/members", key=CLERK, query_string={"phone": phone})
    assert [one["phone"] for one in found.get_json()["data"]] == [phone]


def test_an_email_belongs_to_one_member(desk: Desk) -> None:
    phone = new_phone()
    desk.register(email=f"{phone[1:]}@example.org")
    other = {"phone": new_phone(), "email": f"{phone[1:]}@EXAMPLE.org"}
    refused = desk.ask("POST", "/members", key=CLERK, json=other)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "email_taken")


def test_of_many_registrations_at_once_one_wins(desk: Desk) -> None:
    """INVARIANT: one phone, one member. A look before the insert would let two through."""
    sent = {"phone": new_phone()}
    with ThreadPoolExecutor(8) as callers:
        codes = list(
            callers.map(
                lambda _: desk.ask("POST", "/members", key=CLERK, json=sent).status_code, range(8)
            )
        )
    assert sorted(codes) == [201] + [409] * 7


def test_of_many_who_share_an_email_at_once_one_wins(desk: Desk) -> None:
    """INVARIANT: one e-mail, one member, and the others are told which of the two is taken."""
    email = f"{new_phone()[1:]}@example.org"
    sent = [{"phone": new_phone(), "email": email} for _ in range(8)]
    with ThreadPoolExecutor(8) as callers:
        answers = list(
            callers.map(lambda one: desk.ask("POST", "/members", key=CLERK, json=one), sent)
        )
    codes = sorted(str(answer.get_json().get("code")) for answer in answers)
    assert codes == ["None"] + ["email_taken"] * 7


def test_a_member_who_is_there_is_no_error_for_the_database_to_log(desk: Desk) -> None:
    """INVARIANT: PostgreSQL logs the values of a violated constraint, that is, a phone in clear."""
    phone, engine = new_phone(), desk.app.extensions["members"].engine
    desk.register(phone=phone, email=f"{phone[1:]}@example.org")
    errors: list[ExceptionContext] = []
    listen(engine, "handle_error", errors.append)
    for sent, code in (
        ({"phone": phone}, "phone_taken"),
        ({"phone": new_phone(), "email": f"{phone[1:]}@example.org"}, "email_taken"),
        ({"phone": phone, "email": f"{phone[1:]}@example.org"}, "phone_taken"),
    ):
        answer = desk.ask("POST", "/members", key=CLERK, json=sent)
        assert (answer.status_code, answer.get_json()["code"]) == (409, code)
    assert [str(one.original_exception) for one in errors] == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "phone"),
        ({"phone": 79261234567}, "phone"),
        ({"phone": "+7926"}, "phone"),
        ({"phone": "+79261234567", "email": "nobody"}, "email"),
        ({"phone": "+79261234567", "email": '"<script>alert(1)</script>"@example.com'}, "email"),
        ({"phone": "+79261234567", "email": '"a\x01b"@example.com'}, "email"),
        ({"phone": "+79261234567", "email": '"a b"@example.com'}, "email"),
        ({"phone": "+79261234567", "email": "a\x7fb@example.com"}, "email"),
        ({"phone": "+79261234567", "email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"phone": "+79261234567", "email": "\u0130" * 200 + "@example.com"}, "email"),
        ({"phone": "+79261234567", "language": "fr"}, "language"),
        ({"phone": "+79261234567", "name": "<script>"}, "name"),
    ],
)
def test_a_wrong_field_is_named(desk: Desk, sent: dict[str, object], field: str) -> None:
    answer = desk.ask("POST", "/members", key=CLERK, json=sent)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"phone": "a", "phone": "b"}', b"[" * 5000])
def test_malformed_json_is_refused(desk: Desk, body: bytes) -> None:
    answer = desk.ask("POST", "/members", key=CLERK, data=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/members"),
        ("GET", "/members?phone=%2B79261234567"),
        ("GET", "/members/{id}"),
        ("POST", "/members/{id}/sessions"),
        ("POST", "/members/{id}/block"),
        ("POST", "/members/{id}/unblock"),
    ],
)
def test_only_clerks_may(desk: Desk, method: str, path: str) -> None:
    """A service's key reads contacts; it registers nobody and opens no session."""
    path = path.format(id=desk.register()["member_id"])
    sent = {"json": {"phone": new_phone()}} if path == "/members" else {}
    if path.endswith("block"):
        sent = {"json": {"reason": "fraud", "clerk": "anna"}}
    for key in ({}, SERVICE, {"Authorization": "Bearer wrong"}):
        assert desk.ask(method, path, key=key, **sent).status_code == 401


def test_services_may_read_a_contact(desk: Desk) -> None:
    member = desk.register()
    path = f"/members/{member['member_id']}/contact"
    assert desk.ask("GET", path, key={}).status_code == 401
    assert desk.ask("GET", path, key=SERVICE).get_json()["phone"] == member["phone"]
    told = desk.ask("GET", path, key=SERVICE).get_json()
    usual = {"sms": True, "email": False, "site": True}
    assert (told["is_email_proved"], told["quiet_from"]) == (False, None)
    assert (told["notices"]["payouts"], told["notices"]["friends"]) == (usual, usual)
    unknown = "/members/00000000-0000-4000-8000-000000000000/contact"
    assert desk.ask("GET", unknown, key=SERVICE).status_code == 404


def test_services_may_read_many_phones_at_once(desk: Desk) -> None:
    one, other = desk.register(), desk.register()
    unknown = "00000000-0000-4000-8000-000000000000"
    wanted = {"members": [one["member_id"], other["member_id"], unknown], "relatives": [unknown]}
    assert desk.ask("POST", "/contacts", key={}, json=wanted).status_code == 401
    assert desk.ask("POST", "/contacts", key=SERVICE, json=wanted).get_json() == {
        "members": {who["member_id"]: who["phone"] for who in (one, other)},
        "relatives": {},
    }
    many = {"members": [unknown] * 201}
    refused = desk.ask("POST", "/contacts", key=SERVICE, json=many)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "members")


def test_blocking_is_announced_once_and_can_be_undone(
    desk: Desk, service_engine: Callable[[str], Engine]
) -> None:
    """INVARIANT: versions are 1, 2, 3 …; a repeat that changes nothing says nothing."""
    member_id = desk.register()["member_id"]
    for step in ("block", "block", "unblock", "unblock", "block"):
        said = {"reason": "fraud", "clerk": "anna"}
        answer = desk.ask("POST", f"/members/{member_id}/{step}", key=CLERK, json=said)
        assert answer.get_json()["status"] == ("blocked" if step == "block" else "active")
    told = [
        (event["version"], event["data"]["status"])
        for event in _events(service_engine("members"), member_id)
    ]
    assert told == [(1, "active"), (2, "blocked"), (3, "active"), (4, "blocked")]
