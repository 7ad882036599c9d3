"""A new password for who proves his number and his e-mail; everybody else is signed out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.integration.members.conftest import Desk
from tests.integration.members.people import CHROME, PASSWORD, Person
from tests.integration.members.relatives import problem, wrong
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)
NEW = "Amber-Teapot-77"


@pytest.fixture
def person(desk: Desk, service_engine: Callable[[str], Engine]) -> Person:
    return Person(desk, service_engine("members"))


def _begun(person: Person) -> str:
    sent = {"phone": person.phone, "captcha": person.captcha(), "language": "en"}
    return f"/recoveries/{person.done('POST', '/recoveries', sent)['recovery_id']}"


def test_both_codes_set_a_new_password_and_end_the_other_devices(
    person: Person, clock: SteppedClock
) -> None:
    first = person.joins()
    clock.move(MINUTE)
    for _ in range(6):
        person.signs_in("Wrong-Kettle-42")
    path = _begun(person)
    shown = person.done("POST", f"{path}/phone-code", {"code": person.code()})
    assert shown["state"] == "email_code"
    code = person.code(person.email)
    assert person.done("POST", f"{path}/email-code", {"code": code})["state"] == "password"
    weak = person.ask("PUT", f"{path}/password", {"password": "summer"})
    assert problem(weak)[1] == "weak_password"
    sent = {"password": NEW, "user_agent": CHROME}
    entry = person.done("PUT", f"{path}/password", sent)
    assert person.renews(first).status_code == 401
    assert person.renews(entry).status_code == 200
    assert [one["kind"] for one in person.letters()] == ["password_changed"]
    assert problem(person.ask("PUT", f"{path}/password", sent)) == (409, "wrong_step", None)
    assert problem(person.signs_in(PASSWORD))[1] == "wrong_sign_in"
    assert person.signs_in(NEW).status_code == 200


def test_the_number_alone_is_not_enough_for_who_has_an_email(
    person: Person, clock: SteppedClock
) -> None:
    """INVARIANT: a stolen SIM card sets no password where an e-mail was proved."""
    person.joins()
    clock.move(MINUTE)
    path = _begun(person)
    person.done("POST", f"{path}/phone-code", {"code": person.code()})
    refused = person.ask("PUT", f"{path}/password", {"password": NEW})
    assert problem(refused) == (409, "wrong_step", None)
    guess = {"code": wrong(person.code(person.email))}
    assert problem(person.ask("POST", f"{path}/email-code", guess))[1] == "wrong_code"


def test_who_has_no_email_proves_the_number(person: Person) -> None:
    person.desk.register(phone=person.phone)
    path = _begun(person)
    shown = person.done("POST", f"{path}/phone-code", {"code": person.code()})
    assert shown["state"] == "password"
    person.done("PUT", f"{path}/password", {"password": NEW})
    assert person.signs_in(NEW).status_code == 200


def test_a_number_of_nobody_is_answered_alike(
    person: Person, service_engine: Callable[[str], Engine]
) -> None:
    known = Person(person.desk, service_engine("members"))
    person.desk.register(phone=known.phone)
    answers = [
        one.done("POST", "/recoveries", {"phone": one.phone, "captcha": one.captcha()})
        for one in (known, person)
    ]
    assert answers[0] | {"recovery_id": ""} == answers[1] | {"recovery_id": ""}
    assert person.letters() == []
    path = f"/recoveries/{answers[1]['recovery_id']}"
    guess = person.ask("POST", f"{path}/phone-code", {"code": "123456"})
    assert problem(guess) == (422, "wrong_code", "code")
    assert problem(person.ask("PUT", f"{path}/password", {"password": NEW}))[1] == "wrong_step"
