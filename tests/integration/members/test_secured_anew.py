"""Once an account is secured anew, what others proved or begun before counts no longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.integration.members.conftest import CLERK, Desk, new_phone
from tests.integration.members.people import CHROME, PASSWORD, Person, new_email
from tests.integration.members.relatives import problem
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)
BY = {"reason": "her SIM card was stolen", "clerk": "anna"}


class Robbed:
    """A member, and a thief who has the phone."""

    def __init__(self, desk: Desk, engine: Engine, clock: SteppedClock) -> None:
        self.desk, self.person = desk, Person(desk, engine)
        self.entry = self.person.joins()
        clock.move(MINUTE)

    def thief_enters(self) -> dict[str, Any]:
        begun = self.person.wants_code().get_json()
        sent = {"code": self.person.code(), "user_agent": CHROME, "is_remembered": True}
        return self.person.done("POST", f"/sign-ins/{begun['sign_in_id']}/code", sent)

    def begins_change(self, entry: dict[str, Any], what: str, new: str) -> str:
        begun = self.person.me(entry, "POST", f"/me/changes/{what}", {"new": new})
        assert begun.status_code == 201, begun.text
        return f"/me/changes/{begun.get_json()['change_id']}"

    def proves(self, entry: dict[str, Any], change: str, end: str, code: str) -> Any:
        return self.person.me(entry, "POST", f"{change}/{end}-code", {"code": code})

    def clerk(self, what: str, **more: str) -> None:
        path = f"/members/{self.entry['member_id']}/{what}"
        answer = self.desk.ask("POST", path, key=CLERK, json=BY | more)
        assert answer.status_code == 200, answer.text

    def phone(self) -> str:
        path = f"/members/{self.entry['member_id']}"
        return str(self.desk.ask("GET", path, key=CLERK).get_json()["phone"])


@pytest.fixture
def robbed(desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock) -> Robbed:
    return Robbed(desk, service_engine("members"), clock)


def test_a_clerks_new_number_signs_out_who_had_the_old_one(
    robbed: Robbed, clock: SteppedClock
) -> None:
    """INVARIANT: a stolen SIM card is of no use once the number is another one."""
    thief = robbed.thief_enters()
    clock.move(MINUTE)
    thiefs_own = new_phone()
    change = robbed.begins_change(thief, "phone", thiefs_own)
    robbed.proves(thief, change, "old", robbed.person.code())
    code = robbed.person.code(thiefs_own)
    given = new_phone()
    robbed.clerk("phone", phone=given)
    assert robbed.person.renews(thief).status_code == 401
    assert problem(robbed.proves(thief, change, "new", code))[1] == "unknown_change"
    assert robbed.phone() == given


def test_who_is_blocked_and_let_back_in_signs_in_anew(robbed: Robbed) -> None:
    thief = robbed.thief_enters()
    link = robbed.desk.link(robbed.entry["member_id"]).rpartition("/")[2]
    robbed.clerk("block")
    robbed.clerk("unblock")
    assert robbed.person.renews(thief).status_code == 401
    spent = robbed.person.ask("POST", "/sign-ins/link", {"token": link})
    assert spent.status_code == 410
    assert robbed.person.signs_in().status_code == 200


def test_a_number_that_is_no_longer_the_old_end_confirms_nothing(
    robbed: Robbed, clock: SteppedClock
) -> None:
    """INVARIANT: the old end is who is reached now, not who was when the change was begun."""
    entry, person = robbed.entry, robbed.person
    first, second = new_phone(), new_phone()
    early = robbed.begins_change(entry, "phone", first)
    robbed.proves(entry, early, "old", person.code())
    clock.move(MINUTE)
    late = robbed.begins_change(entry, "phone", second)
    robbed.proves(entry, late, "old", person.code())
    done = robbed.proves(entry, late, "new", person.code(second))
    assert done.get_json()["done_at"] is not None
    repeated = robbed.proves(entry, late, "new", "123456")
    assert problem(repeated)[1] == "code_over"
    refused = robbed.proves(entry, early, "new", person.code(first))
    assert problem(refused)[1] == "unknown_change"
    assert robbed.phone() == second


@pytest.mark.parametrize("secured", ["password", "email"])
def test_a_recovery_that_was_begun_before_is_over(
    robbed: Robbed, clock: SteppedClock, secured: str
) -> None:
    entry, person = robbed.entry, robbed.person
    sent = {"phone": person.phone, "captcha": person.captcha(), "language": "en"}
    path = f"/recoveries/{person.done('POST', '/recoveries', sent)['recovery_id']}"
    person.done("POST", f"{path}/phone-code", {"code": person.code()})
    code = person.code(person.email)
    clock.move(MINUTE)
    if secured == "password":
        new = {"old_password": PASSWORD, "password": "Amber-Teapot-77"}
        assert person.me(entry, "PUT", "/me/password", new).status_code == 204
    else:
        fresh = new_email()
        change = robbed.begins_change(entry, "email", fresh)
        robbed.proves(entry, change, "old", person.code(person.email))
        robbed.proves(entry, change, "new", person.code(fresh))
    refused = person.ask("POST", f"{path}/email-code", {"code": code})
    assert problem(refused)[1] == "unknown_recovery"
