"""Sign-in by password and by a code; devices that renew short sessions until they are ended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from shared.identity import Sessions
from tests.integration.members.conftest import CLERK, SERVICE, Desk
from tests.integration.members.people import PASSWORD, Person
from tests.integration.members.relatives import problem, wrong
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)
BY_CLERK = {"reason": "three accounts", "clerk": "anna"}


@pytest.fixture
def person(
    desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> tuple[Person, dict[str, str]]:
    """A member, a minute after he joined, and his first entry."""
    made = Person(desk, service_engine("members"))
    entry = made.joins()
    clock.move(MINUTE)
    return made, entry


def test_a_password_signs_in_and_the_member_is_told(
    person: tuple[Person, dict[str, str]], clock: SteppedClock
) -> None:
    member, first = person
    entry = member.signs_in(is_remembered=True).get_json()
    assert entry["member_id"] == first["member_id"]
    assert entry["device_id"] != first["device_id"]
    session = Sessions([b"k" * 32]).read(entry["session"])
    assert session == (UUID(entry["member_id"]), clock() + 15 * MINUTE)
    [notice] = [one for one in member.letters() if one["kind"] == "signed_in"]
    assert (notice["channel"], notice["facts"]) == ("sms", {"device": "Chrome, Android"})
    assert notice["member_id"] == entry["member_id"]


def test_every_wrong_sign_in_is_refused_alike(
    person: tuple[Person, dict[str, str]], service_engine: Callable[[str], Engine]
) -> None:
    """INVARIANT: a wrong password, a number of nobody and a member without one look the same."""
    member, _ = person
    nobody = Person(member.desk, service_engine("members"))
    by_clerk = Person(member.desk, service_engine("members"))
    member.desk.register(phone=by_clerk.phone)
    refused = [
        member.signs_in("Wrong-Kettle-42"),
        nobody.signs_in(),
        by_clerk.signs_in(),
    ]
    assert {problem(one) for one in refused} == {(422, "wrong_sign_in", None)}
    shown = [one.get_json() | {"request_id": None} for one in refused]
    assert shown[0] == shown[1] == shown[2]


def test_five_wrong_passwords_lock_the_password_and_not_the_code(
    person: tuple[Person, dict[str, str]], clock: SteppedClock
) -> None:
    """INVARIANT: PostgreSQL counts, from every address together."""
    member, _ = person
    with ThreadPoolExecutor(8) as guesses:
        answers = list(guesses.map(lambda _: member.signs_in("Wrong-Kettle-42"), range(8)))
    codes = sorted(one.get_json()["code"] for one in answers)
    assert codes == ["password_locked"] * 3 + ["wrong_sign_in"] * 5
    locked = member.signs_in()
    assert problem(locked) == (429, "password_locked", None)
    assert locked.headers["Retry-After"] == "900"
    begun = member.wants_code().get_json()
    path = f"/sign-ins/{begun['sign_in_id']}/code"
    assert member.ask("POST", path, {"code": member.code()}).status_code == 200
    assert member.signs_in().status_code == 200
    for _ in range(5):
        member.signs_in("Wrong-Kettle-42")
    clock.move(15 * MINUTE)
    assert member.signs_in().status_code == 200


def test_a_number_of_nobody_is_locked_too(
    desk: Desk, service_engine: Callable[[str], Engine]
) -> None:
    nobody = Person(desk, service_engine("members"))
    answers = [problem(nobody.signs_in())[1] for _ in range(6)]
    assert answers == ["wrong_sign_in"] * 5 + ["password_locked"]


def test_a_code_signs_in_once(person: tuple[Person, dict[str, str]]) -> None:
    """INVARIANT: a used code is no code; eight at once are one entry."""
    member, _ = person
    begun = member.wants_code()
    assert begun.status_code == 202
    path, code = f"/sign-ins/{begun.get_json()['sign_in_id']}/code", member.code()
    with ThreadPoolExecutor(8) as tries:
        answers = list(tries.map(lambda _: member.ask("POST", path, {"code": code}), range(8)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 7
    assert {one.get_json().get("code") for one in answers} == {None, "code_over"}


def test_ten_guesses_at_once_have_five_tries(person: tuple[Person, dict[str, str]]) -> None:
    member, _ = person
    path = f"/sign-ins/{member.wants_code().get_json()['sign_in_id']}/code"
    code = member.code()
    with ThreadPoolExecutor(10) as guesses:
        sent = {"code": wrong(code)}
        answers = list(guesses.map(lambda _: member.ask("POST", path, sent), range(10)))
    codes = sorted(one.get_json()["code"] for one in answers)
    assert codes == ["code_over"] * 5 + ["wrong_code"] * 5
    assert problem(member.ask("POST", path, {"code": code})) == (409, "code_over", "code")


def test_a_code_counts_for_five_minutes_and_another_is_sent_after_one(
    person: tuple[Person, dict[str, str]], clock: SteppedClock
) -> None:
    member, _ = person
    path = f"/sign-ins/{member.wants_code().get_json()['sign_in_id']}/code"
    first = member.code()
    refused = member.ask("POST", f"{path}/again")
    assert problem(refused) == (429, "code_sent_just_now", None)
    assert refused.headers["Retry-After"] == "60"
    clock.move(MINUTE)
    assert member.ask("POST", f"{path}/again").status_code == 202
    second = member.code()
    if first != second:
        assert problem(member.ask("POST", path, {"code": first}))[1] == "wrong_code"
    clock.move(5 * MINUTE)
    assert problem(member.ask("POST", path, {"code": second})) == (409, "code_over", "code")
    assert member.letters() == []


def test_nobodys_number_gets_no_sms_and_the_same_answer(
    person: tuple[Person, dict[str, str]], service_engine: Callable[[str], Engine]
) -> None:
    member, _ = person
    nobody = Person(member.desk, service_engine("members"))
    known, unknown = member.wants_code(), nobody.wants_code()
    assert known.get_json()["code"] == unknown.get_json()["code"]
    assert nobody.letters() == []
    path = f"/sign-ins/{unknown.get_json()['sign_in_id']}/code"
    assert problem(nobody.ask("POST", path, {"code": "123456"})) == (422, "wrong_code", "code")


def test_a_session_is_renewed_until_the_device_is_ended(
    person: tuple[Person, dict[str, str]], clock: SteppedClock
) -> None:
    member, first = person
    second = member.signs_in().get_json()
    clock.move(14 * MINUTE)
    assert member.renews(first).status_code == 200
    assert member.me(second, "DELETE", f"/me/devices/{first['device_id']}").status_code == 204
    assert problem(member.renews(first)) == (401, "device_ended", None)
    assert problem(member.renews(second | {"device_secret": first["device_secret"]}))[0] == 401
    assert member.renews(second).status_code == 200
    path = f"/devices/{second['device_id']}/end"
    for _ in range(2):
        secret = {"device_secret": second["device_secret"]}
        assert member.ask("POST", path, secret).status_code == 204
    assert member.renews(second).status_code == 401


def test_all_other_devices_are_ended_at_once(person: tuple[Person, dict[str, str]]) -> None:
    member, first = person
    second = member.signs_in().get_json()
    kept = {"device_id": second["device_id"]}
    assert member.me(second, "POST", "/me/devices/end-others", kept).status_code == 204
    assert member.renews(first).status_code == 401
    assert member.renews(second).status_code == 200


def test_who_is_not_remembered_is_signed_out_after_a_day(
    person: tuple[Person, dict[str, str]], clock: SteppedClock
) -> None:
    member, remembered = person
    short = member.signs_in(is_remembered=False).get_json()
    clock.move(timedelta(days=1))
    assert member.renews(short).status_code == 401
    assert member.renews(remembered).status_code == 200
    clock.move(timedelta(days=89))
    assert member.renews(remembered).status_code == 401


def test_a_device_signs_in_again_with_a_new_secret(
    person: tuple[Person, dict[str, str]],
) -> None:
    """A copy of the old secret is worth nothing after the next sign-in."""
    member, first = person
    known = {name: first[name] for name in ("device_id", "device_secret")}
    again = member.signs_in(**known).get_json()
    assert again["device_id"] == first["device_id"]
    assert member.renews(first).status_code == 401
    assert member.renews(again).status_code == 200


def test_a_blocked_member_is_let_in_nowhere(person: tuple[Person, dict[str, str]]) -> None:
    member, entry = person
    path = f"/members/{entry['member_id']}/block"
    assert member.desk.ask("POST", path, key=CLERK, json=BY_CLERK).status_code == 200
    assert member.renews(entry).status_code == 401
    assert problem(member.signs_in()) == (409, "member_blocked", None)
    assert problem(member.signs_in("Wrong-Kettle-42"))[1] == "wrong_sign_in"


def test_the_site_alone_may_ask_and_says_for_whom(person: tuple[Person, dict[str, str]]) -> None:
    member, entry = person
    for method, path in (
        ("POST", "/sign-ups"),
        ("POST", "/sign-ins"),
        ("POST", "/sign-ins/password"),
        ("POST", "/captchas"),
        ("POST", f"/devices/{entry['device_id']}/session"),
        ("GET", f"/letters/{entry['device_id']}"),
        ("GET", "/password-rules"),
    ):
        assert member.desk.ask(method, path, key={}).status_code == 401, path
    sent = {"phone": member.phone, "password": PASSWORD}
    refused = member.desk.ask("POST", "/sign-ins/password", key=SERVICE, json=sent)
    assert problem(refused) == (422, "invalid_fields", "X-Visitor-Address")


def test_another_members_device_is_not_to_be_ended(
    person: tuple[Person, dict[str, str]], service_engine: Callable[[str], Engine]
) -> None:
    member, entry = person
    stranger = Person(member.desk, service_engine("members")).joins()
    refused = member.me(stranger, "DELETE", f"/me/devices/{entry['device_id']}")
    assert problem(refused) == (404, "unknown_device", None)
    assert member.renews(entry).status_code == 200
