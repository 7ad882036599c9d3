"""Another number or e-mail: both ends confirm, the old one is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.integration.members.conftest import CLERK, Desk, new_phone
from tests.integration.members.people import Person, new_email
from tests.integration.members.relatives import problem
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)


class Member:
    """A member who changes how he is reached."""

    def __init__(self, desk: Desk, engine: Engine, clock: SteppedClock) -> None:
        self.person = Person(desk, engine)
        self.entry = self.person.joins()
        clock.move(MINUTE)

    def ask(self, path: str, sent: object = None) -> Any:
        return self.person.me(self.entry, "POST", f"/me/changes{path}", sent)

    def types(self, change: dict[str, Any], end: str, code: str) -> Any:
        return self.ask(f"/{change['change_id']}/{end}-code", {"code": code})

    def contact(self) -> tuple[str, str]:
        path = f"/members/{self.entry['member_id']}"
        told = self.person.desk.ask("GET", path, key=CLERK).get_json()
        return told["phone"], told["email"]


@pytest.fixture
def member(desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock) -> Member:
    return Member(desk, service_engine("members"), clock)


def test_a_number_changes_when_both_ends_confirm(member: Member) -> None:
    """INVARIANT: neither end alone changes anything."""
    person, new = member.person, new_phone()
    change = member.ask("/phone", {"new": new}).get_json()
    old_code, new_code = person.code(), person.code(new)
    assert problem(member.types(change, "old", new_code))[1] == "wrong_code"
    assert member.types(change, "new", new_code).get_json()["done_at"] is None
    assert member.contact() == (person.phone, person.email)
    done = member.types(change, "old", old_code).get_json()
    assert done["done_at"] is not None
    assert member.contact() == (new, person.email)
    [notice] = person.letters()
    assert (notice["kind"], notice["facts"]) == ("phone_changed", {"ending": new[-4:]})
    assert problem(person.signs_in())[1] == "wrong_sign_in"
    person.phone = new
    assert person.signs_in().status_code == 200


def test_an_email_changes_and_stays_proved(member: Member) -> None:
    person, new = member.person, new_email()
    change = member.ask("/email", {"new": new}).get_json()
    member.types(change, "old", person.code(person.email))
    assert member.types(change, "new", person.code(new)).get_json()["done_at"] is not None
    assert member.contact() == (person.phone, new)
    assert [one["kind"] for one in person.letters(person.email)] == ["email_changed"]


def test_another_members_number_is_told_there_alone(member: Member, desk: Desk) -> None:
    other = new_phone()
    desk.register(phone=other)
    change = member.ask("/phone", {"new": other}).get_json()
    member.types(change, "old", member.person.code())
    assert [one["kind"] for one in member.person.letters(other)] == ["account_exists"]
    assert problem(member.types(change, "new", "123456"))[1] == "wrong_code"
    assert member.contact()[0] == member.person.phone


def test_what_changes_nothing_and_strangers_changes_are_refused(
    member: Member, desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    same = member.ask("/phone", {"new": member.person.phone})
    assert problem(same) == (422, "nothing_changes", "new")
    change = member.ask("/phone", {"new": new_phone()}).get_json()
    stranger = Member(desk, service_engine("members"), clock)
    refused = stranger.types(change, "old", member.person.code())
    assert problem(refused) == (404, "unknown_change", None)
