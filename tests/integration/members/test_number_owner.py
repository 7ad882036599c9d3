"""A number with another owner: proved, claimed, and free once its old member stayed away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.integration.members.conftest import CLERK, SERVICE, Desk, new_phone
from tests.integration.members.people import CHROME, Person
from tests.integration.members.relatives import problem
from tests.support.clock import SteppedClock
from tests.support.waiting import eventually

DAY = timedelta(days=1)
YEAR = 365 * DAY


class Number:
    """A number whose member was away for a year, and its new owner."""

    def __init__(self, desk: Desk, engine: Engine, clock: SteppedClock) -> None:
        self.old = Person(desk, engine)
        self.old_entry = self.old.joins()
        clock.move(YEAR)
        self.new = Person(desk, engine, phone=self.old.phone)

    def proved(self) -> tuple[str, dict[str, Any]]:
        """The new owner proves the number; answers his sign-up."""
        begun = self.new.begins()
        assert begun.status_code == 201, begun.text
        path = f"/sign-ups/{begun.get_json()['sign_up_id']}"
        return path, self.new.done("POST", f"{path}/phone-code", {"code": self.new.code()})

    def joined_before(self) -> bool:
        """Whether its new owner would be no newcomer."""
        numbers = self.new.desk.app.extensions["front"].numbers
        with self.new.engine.connect() as connection:
            return bool(numbers.is_known(connection, self.new.phone))

    def old_member(self) -> dict[str, Any]:
        path = f"/members/{self.old_entry['member_id']}"
        return dict(self.old.desk.ask("GET", path, key=CLERK).get_json())


@pytest.fixture
def number(desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock) -> Number:
    return Number(desk, service_engine("members"), clock)


def test_a_claimed_number_is_free_after_two_weeks(number: Number, clock: SteppedClock) -> None:
    """INVARIANT: no loss without notice and grace; the old account keeps its id and its points."""
    path, shown = number.proved()
    assert shown["state"] == "taken"
    email = {"email": number.new.email}
    assert problem(number.new.ask("PUT", f"{path}/email", email))[1] == "wrong_step"
    free_at = number.new.done("POST", f"{path}/claim")["free_at"]
    assert number.new.done("POST", f"{path}/claim")["free_at"] == free_at
    assert number.joined_before()
    [notice] = number.old.letters(number.old.email)
    assert (notice["kind"], notice["channel"]) == ("number_claimed", "email")
    assert notice["facts"]["ending"] == number.old.phone[-4:]
    clock.move(13 * DAY)
    assert number.proved()[1]["state"] == "taken"
    clock.move(DAY)
    path, shown = number.proved()
    assert shown["state"] == "email"
    old = number.old_member()
    assert (old["phone"], old["status"]) == (None, "blocked")
    assert not number.joined_before()
    number.new.done("PUT", f"{path}/email", email)


def test_who_lost_his_number_needs_one_before_he_is_let_back_in(
    number: Number, clock: SteppedClock
) -> None:
    path, _ = number.proved()
    number.new.done("POST", f"{path}/claim")
    clock.move(14 * DAY)
    number.proved()
    old = f"/members/{number.old_entry['member_id']}"
    said = {"reason": "he called", "clerk": "anna"}
    refused = number.old.desk.ask("POST", f"{old}/unblock", key=CLERK, json=said)
    assert problem(refused) == (409, "no_phone", None)
    wanted = {"members": [number.old_entry["member_id"]]}
    found = number.old.desk.ask("POST", "/contacts", key=SERVICE, json=wanted)
    assert found.get_json()["members"] == {}


def test_the_old_member_keeps_his_number_by_signing_in(number: Number, clock: SteppedClock) -> None:
    path, _ = number.proved()
    number.new.done("POST", f"{path}/claim")
    clock.move(DAY)
    assert number.old.signs_in().status_code == 200
    clock.move(14 * DAY)
    begun = number.new.begins()
    assert begun.status_code == 201
    assert [one["kind"] for one in number.new.letters()] == ["account_exists"]
    assert number.old_member()["status"] == "active"


def test_who_comes_back_in_the_very_moment_keeps_his_number(
    number: Number, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: a number is judged by who has its member locked, not by a look beforehand.

    The new owner's code is taken while the old member's sign-in is not committed yet.
    """
    path, _ = number.proved()
    number.new.done("POST", f"{path}/claim")
    clock.move(14 * DAY)
    begun = number.new.begins().get_json()
    typed = {"code": number.new.code()}
    engine, member_id = service_engine("members"), number.old_entry["member_id"]
    with ThreadPoolExecutor(1) as other, engine.begin() as connection:
        locked = text("SELECT pg_backend_pid() FROM members WHERE member_id = :id FOR UPDATE")
        pid = connection.scalar(locked, {"id": member_id})
        proving = other.submit(
            number.new.ask, "POST", f"/sign-ups/{begun['sign_up_id']}/phone-code", typed
        )
        eventually(lambda: _is_waited_for(engine, pid))
        back = text("UPDATE devices SET last_used_at = :now WHERE member_id = :id")
        connection.execute(back, {"id": member_id, "now": clock()})
        connection.commit()
        assert proving.result(30).get_json()["state"] == "taken"
    old = number.old_member()
    assert (old["phone"], old["status"]) == (number.old.phone, "active")


def _is_waited_for(engine: Engine, pid: int) -> bool:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY(pg_blocking_pids(pid))")
    with engine.connect() as connection:
        return bool(connection.scalar(waiting, {"pid": pid}))


def test_a_claim_comes_too_late_when_the_member_is_back(number: Number) -> None:
    path, _ = number.proved()
    number.old.signs_in()
    refused = number.new.ask("POST", f"{path}/claim")
    assert problem(refused) == (409, "number_in_use", "phone")


def test_a_clerk_gives_who_lost_his_number_another_one(number: Number, clock: SteppedClock) -> None:
    path, _ = number.proved()
    number.new.done("POST", f"{path}/claim")
    clock.move(14 * DAY)
    number.proved()
    desk, old = number.old.desk, f"/members/{number.old_entry['member_id']}"
    by = {"reason": "he came with his passport", "clerk": "anna"}
    number.old.phone = new_phone()
    given = desk.ask("POST", f"{old}/phone", key=CLERK, json=by | {"phone": number.old.phone})
    assert (given.status_code, given.get_json()["phone"]) == (200, number.old.phone)
    assert desk.ask("POST", f"{old}/unblock", key=CLERK, json=by).status_code == 200
    assert number.old.signs_in().get_json()["member_id"] == number.old_entry["member_id"]
    reasons = desk.ask("GET", f"{old}/decisions", key=CLERK).get_json()["data"]
    assert [one["clerk"] for one in reasons] == ["anna", "anna", "number-owner-change"]


def test_a_clerks_new_number_is_told_to_the_old_one_and_must_be_free(number: Number) -> None:
    desk, old = number.old.desk, f"/members/{number.old_entry['member_id']}/phone"
    by = {"reason": "his SIM card is lost", "clerk": "anna"}
    taken = desk.register()["phone"]
    refused = desk.ask("POST", old, key=CLERK, json=by | {"phone": taken})
    assert problem(refused) == (409, "phone_taken", "phone")
    new = {"phone": new_phone()}
    assert desk.ask("POST", old, key=SERVICE, json=by | new).status_code == 401
    assert desk.ask("POST", old, key=CLERK, json=by | new).status_code == 200
    assert [one["kind"] for one in number.old.letters()] == ["phone_changed"]


def test_a_number_with_another_owner_does_not_open_the_old_account_by_sms(
    number: Number, clock: SteppedClock
) -> None:
    """INVARIANT: after a year away the number alone lets nobody in: no points are lost silently."""
    begun = number.new.wants_code().get_json()
    typed = {"code": number.new.code(), "user_agent": CHROME}
    refused = number.new.ask("POST", f"/sign-ins/{begun['sign_in_id']}/code", typed)
    assert problem(refused) == (409, "away_too_long", None)
    clock.move(timedelta(minutes=1))
    assert number.proved()[1]["state"] == "taken"
    assert number.old.signs_in().status_code == 200
    clock.move(timedelta(minutes=1))
    begun = number.old.wants_code().get_json()
    typed["code"] = number.old.code()
    entered = number.old.ask("POST", f"/sign-ins/{begun['sign_in_id']}/code", typed)
    assert entered.status_code == 200


def test_who_has_no_email_comes_back_by_sms_however_long_he_was_away(
    desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    member = desk.register()
    person = Person(desk, service_engine("members"), phone=member["phone"])
    clock.move(YEAR)
    begun = person.wants_code().get_json()
    typed = {"code": person.code(), "user_agent": CHROME}
    answer = person.ask("POST", f"/sign-ins/{begun['sign_in_id']}/code", typed)
    assert answer.get_json()["member_id"] == member["member_id"]
