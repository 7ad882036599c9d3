"""Relatives: asked once their number is the operator's, consented by the code of their own SMS."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from shared import contracts
from tests.integration.members.conftest import CLERK, SERVICE, Desk, new_phone
from tests.integration.members.relatives import (
    UNKNOWN,
    Household,
    events_of,
    household,
    problem,
)
from tests.integration.payout.world import Operator
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(opened: Callable[..., Desk], operator: Operator, clock: SteppedClock) -> Household:
    return household(opened(billing_url=operator.url), clock)


def test_a_relative_agrees_by_telling_the_code_of_his_sms(
    home: Household, service_engine: Callable[[str], Engine]
) -> None:
    """INVARIANT: neither the number nor the code is in an event; the SMS alone has the code."""
    phone = new_phone()
    relative = home.asked(phone.replace("+7", "8", 1))
    assert (relative["phone"], relative["state"], relative["tries_left"]) == (phone, "asked", 5)
    sms = home.question(relative).get_json()
    assert (sms["phone"], sms["asked_by"]) == (phone, home.phone[-4:])
    assert home.contacts(relative) == {}

    agreed = home.type_code(relative, sms["code"]).get_json()
    assert agreed["state"] == "consented"
    assert home.listed() == [agreed]
    assert home.contacts(relative) == {relative["relative_id"]: phone}
    assert home.question(relative).status_code == 404

    events = events_of(service_engine("members"), relative)
    assert [(one["version"], one["data"]["state"]) for one in events] == [
        (1, "asked"),
        (2, "consented"),
    ]
    for one in events:
        contracts.check("relative.changed", one["data"])
    assert phone not in json.dumps(events)
    assert sms["code"] not in json.dumps([one["data"] for one in events])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"label": "mother"}, "phone"),
        ({"phone": "+7926", "label": "mother"}, "phone"),
        ({"phone": 79261234567, "label": "mother"}, "phone"),
        ({"phone": "+79261234567"}, "label"),
        ({"phone": "+79261234567", "label": ""}, "label"),
        ({"phone": "+79261234567", "label": "x" * 51}, "label"),
        ({"phone": "+79261234567", "label": "a", "member_id": UNKNOWN}, "member_id"),
    ],
)
def test_a_wrong_field_is_named(home: Household, sent: dict[str, object], field: str) -> None:
    answer = home.browser.post("/me/relatives", json=sent)
    assert problem(answer)[::2] == (422, field)
    assert home.listed() == []


@pytest.mark.parametrize("digit", "123")
def test_a_number_of_no_subscriber_is_refused_and_nothing_is_kept(
    home: Household, digit: str
) -> None:
    """INVARIANT: "a number of no operator" is a named error with the field, and no SMS is sent."""
    answer = home.name(f"+7900000000{digit}")
    assert problem(answer) == (422, "not_a_subscriber", "phone")
    assert answer.get_json()["reason"] in {"unknown_number", "barred", "not_a_subscriber"}
    assert home.listed() == []


def test_ones_own_number_and_a_number_named_before_are_refused(home: Household) -> None:
    assert problem(home.name(home.phone)) == (422, "own_number", "phone")
    relative = home.asked()
    assert problem(home.name(relative["phone"])) == (409, "relative_known", "phone")


def test_strangers_numbers_are_not_tried_one_after_the_other(home: Household) -> None:
    codes = [home.name("+79000000003").get_json()["code"] for _ in range(12)]
    assert set(codes[:10]) == {"not_a_subscriber"}
    assert codes[-1] == "too_many_tries"


@pytest.mark.parametrize("mode", ["error_500", "no_answer_before", "rate_limited", "garbage"])
def test_nothing_is_kept_while_the_operator_does_not_answer(
    home: Household, operator: Operator, mode: str
) -> None:
    phone = new_phone()
    operator.go_wrong(mode, phone, calls="reads")
    answer = home.name(phone)
    assert problem(answer) == (503, "operator_silent", None)
    assert answer.headers["Retry-After"] == "10"
    assert home.listed() == []
    operator.clear()
    assert home.name(phone).status_code == 201


def test_a_member_may_name_five(home: Household) -> None:
    relatives = [home.asked() for _ in range(5)]
    assert problem(home.name()) == (409, "too_many_relatives", None)
    assert home.remove(relatives[0]).status_code == 204
    assert home.name().status_code == 201


def test_of_many_requests_at_once_no_more_than_five_are_kept(home: Household) -> None:
    """INVARIANT: the member's row is locked; a count before the insert would let more through."""
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(lambda _: home.name(), range(8)))
    assert len(home.listed()) == 5


def test_a_removed_relative_is_forgotten(home: Household) -> None:
    relative = home.consented()
    assert home.remove(relative).status_code == 204
    assert home.listed() == []
    assert home.contacts(relative) == {}
    assert home.remove(relative).status_code == 404
    assert problem(home.type_code(relative, "123456"))[:2] == (404, "unknown_relative")


def test_a_clerk_withdraws_for_the_one_who_calls(
    home: Household, service_engine: Callable[[str], Engine]
) -> None:
    relative = home.consented()
    asked = {"phone": relative["phone"]}
    found = home.desk.ask("POST", "/relatives/look-up", key=CLERK, json=asked).get_json()["data"]
    assert [one["member_id"] for one in found] == [home.member_id]
    for _ in range(2):
        answer = home.withdrawn_by_clerk(relative)
        assert (answer.status_code, answer.get_json()["state"]) == (200, "withdrawn")
    [shown] = home.listed()
    assert (shown["state"], shown["phone"]) == ("withdrawn", None)
    assert home.contacts(relative) == {}
    states = [one["data"]["state"] for one in events_of(service_engine("members"), relative)]
    assert states == ["asked", "consented", "withdrawn"]
    kept = text("SELECT relatives::text FROM relatives WHERE relative_id = :id")
    with service_engine("members").connect() as connection:
        row = connection.scalar(kept, {"id": relative["relative_id"]})
    assert relative["phone"] not in row
    assert "he called us" in row


def test_nobody_touches_anothers_relatives(
    home: Household, opened: Callable[..., Desk], operator: Operator, clock: SteppedClock
) -> None:
    other = household(opened(billing_url=operator.url), clock)
    relative = home.asked()
    code = home.code(relative)
    assert other.type_code(relative, code).status_code == 404
    assert other.ask_again(relative).status_code == 404
    assert other.remove(relative).status_code == 404
    assert other.listed() == []
    bodies = {
        "look-up": {"phone": relative["phone"]},
        f"{relative['relative_id']}/withdraw": {"reason": "he called us", "clerk": "anna"},
    }
    for key in ({}, SERVICE):
        for path, sent in bodies.items():
            answer = home.desk.ask("POST", f"/relatives/{path}", key=key, json=sent)
            assert answer.status_code == 401


def test_a_blocked_member_asks_nobody(home: Household) -> None:
    said = {"reason": "fraud", "clerk": "anna"}
    home.desk.ask("POST", f"/members/{home.member_id}/block", key=CLERK, json=said)
    assert problem(home.name())[:2] == (409, "member_blocked")
