"""Sign-up from the number to the welcome: each step proved, resumable, one member at its end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.integration.members.conftest import CLERK, Desk, new_phone
from tests.integration.members.people import CHROME, PASSWORD, Person, new_email
from tests.integration.members.relatives import problem, wrong
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def person(desk: Desk, service_engine: Callable[[str], Engine]) -> Person:
    return Person(desk, service_engine("members"))


def _begun(person: Person) -> str:
    answer = person.begins()
    assert answer.status_code == 201, answer.text
    return f"/sign-ups/{answer.get_json()['sign_up_id']}"


def _at_confirm(person: Person) -> str:
    path = _begun(person)
    person.done("POST", f"{path}/phone-code", {"code": person.code()})
    person.done("PUT", f"{path}/email", {"email": person.email})
    person.done("POST", f"{path}/email-code", {"code": person.code(person.email)})
    assert person.done("PUT", f"{path}/password", {"password": PASSWORD})["state"] == "confirm"
    return path


def test_a_person_joins_and_is_signed_in(person: Person) -> None:
    entry = person.joins(language="sv")
    member = person.desk.ask("GET", f"/members/{entry['member_id']}", key=CLERK).get_json()
    assert (member["phone"], member["email"], member["language"]) == (
        person.phone,
        person.email,
        "sv",
    )
    assert member["email_linked_at"] is not None
    assert person.renews(entry).get_json()["member_id"] == entry["member_id"]
    devices = person.me(entry, "GET", "/me/devices").get_json()["data"]
    assert [(one["name"], one["is_remembered"]) for one in devices] == [("Chrome, Android", True)]


def test_a_step_is_not_skipped(person: Person) -> None:
    path = _begun(person)
    refused = person.ask("PUT", f"{path}/password", {"password": PASSWORD})
    assert problem(refused) == (409, "wrong_step", None)
    assert refused.get_json()["state"] == "phone_code"
    assert problem(person.ask("POST", f"{path}/confirm", {}))[1] == "wrong_step"
    assert problem(person.ask("POST", f"{path}/email-code", {"code": "123456"}))[1] == "wrong_step"
    assert person.done("GET", path)["code"]["tries_left"] == 5


def test_two_confirms_at_once_make_one_member(person: Person) -> None:
    """INVARIANT: a double click is one member with one device, and both answers sign in."""
    path = _at_confirm(person)
    with ThreadPoolExecutor(8) as clicks:
        sent = {"user_agent": CHROME}
        answers = list(clicks.map(lambda _: person.ask("POST", f"{path}/confirm", sent), range(8)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.get_json()["device_secret"] for one in answers}) == 1
    [entry, *_] = [one.get_json() for one in answers]
    assert len(person.me(entry, "GET", "/me/devices").get_json()["data"]) == 1


def test_a_welcomed_sign_up_keeps_nothing_and_soon_answers_nothing(
    person: Person, clock: SteppedClock
) -> None:
    path = _at_confirm(person)
    person.done("POST", f"{path}/confirm", {})
    shown = person.done("GET", path)
    assert (shown["state"], shown["phone"], shown["email"]) == ("welcome", None, None)
    clock.move(10 * MINUTE)
    assert problem(person.ask("POST", f"{path}/confirm", {})) == (404, "unknown_sign_up", None)


def test_a_taken_number_is_answered_alike_and_told_by_sms_alone(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: nobody finds out who is a member; any code typed is wrong."""
    person.joins()
    clock.move(MINUTE)
    stranger = Person(person.desk, service_engine("members"), phone=person.phone)
    other = Person(person.desk, service_engine("members"))
    taken, free = stranger.begins(), other.begins()
    assert taken.status_code == free.status_code == 201
    varying = {"sign_up_id", "phone"}
    assert {k: v for k, v in taken.get_json().items() if k not in varying} == {
        k: v for k, v in free.get_json().items() if k not in varying
    }
    assert [one["kind"] for one in stranger.letters()] == ["account_exists"]
    assert stranger.letters()[-1]["facts"] == {}
    path = f"/sign-ups/{taken.get_json()['sign_up_id']}/phone-code"
    assert problem(stranger.ask("POST", path, {"code": "123456"})) == (422, "wrong_code", "code")


def test_a_taken_email_is_told_in_its_mailbox_alone(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    person.joins()
    clock.move(MINUTE)
    other = Person(person.desk, service_engine("members"), email=person.email)
    path = _begun(other)
    other.done("POST", f"{path}/phone-code", {"code": other.code()})
    shown = other.done("PUT", f"{path}/email", {"email": other.email.upper()})
    assert shown["state"] == "email_code"
    assert [one["kind"] for one in other.letters(person.email)] == ["email_taken"]


def test_going_back_proves_again(person: Person, clock: SteppedClock) -> None:
    path = _at_confirm(person)
    clock.move(MINUTE)
    second = new_email()
    assert person.done("PUT", f"{path}/email", {"email": second})["state"] == "email_code"
    assert problem(person.ask("POST", f"{path}/confirm", {}))[1] == "wrong_step"
    person.phone = new_phone()
    sent = {"phone": person.phone, "captcha": person.captcha()}
    shown = person.done("PUT", f"{path}/phone", sent)
    assert (shown["state"], shown["phone"]) == ("phone_code", person.phone)
    assert person.done("POST", f"{path}/phone-code", {"code": person.code()})["state"] == "email"


def test_a_sign_up_is_resumed_for_a_day(person: Person, clock: SteppedClock) -> None:
    path = _at_confirm(person)
    clock.move(timedelta(hours=23))
    assert person.done("GET", path)["state"] == "confirm"
    clock.move(timedelta(hours=1))
    assert problem(person.ask("GET", path)) == (404, "unknown_sign_up", None)


def test_of_two_sign_ups_with_one_number_the_first_wins(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: one phone, one member, whoever was asked before."""
    slow = Person(person.desk, service_engine("members"), phone=person.phone)
    path = _at_confirm(slow)
    clock.move(MINUTE)
    person.joins()
    assert problem(slow.ask("POST", f"{path}/confirm", {})) == (409, "phone_taken", "phone")


def test_weak_passwords_are_refused_rule_by_rule(person: Person) -> None:
    path = _at_confirm(person)
    refused = person.ask("PUT", f"{path}/password", {"password": "summer"})
    assert problem(refused) == (422, "weak_password", "password")
    assert refused.get_json()["broken"] == [
        "too_short",
        "no_upper_case",
        "no_digit",
        "too_common",
    ]
    like = person.email.split("@", maxsplit=1)[0].capitalize()
    told = person.ask("PUT", f"{path}/password", {"password": like}).get_json()
    assert "like_phone_or_email" in told["broken"]
    assert PASSWORD not in refused.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"phone": None}, "phone"),
        ({"language": "fr"}, "language"),
        ({"invitation_code": "NOBODYS2"}, "invitation_code"),
        ({"captcha": {"challenge": "x"}}, "captcha.answer"),
        ({"name": "x"}, "name"),
    ],
)
def test_a_wrong_field_is_named(person: Person, change: dict[str, object], field: str) -> None:
    refused = person.begins(**change)
    assert refused.status_code == 422, refused.text
    assert field in [one["field"] for one in refused.get_json()["errors"]]


def test_a_wrong_code_costs_a_try(person: Person) -> None:
    path = _begun(person)
    refused = person.ask("POST", f"{path}/phone-code", {"code": wrong(person.code())})
    assert problem(refused) == (422, "wrong_code", "code")
    assert person.done("GET", path)["code"]["tries_left"] == 4
