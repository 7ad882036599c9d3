"""A member's own page: settings, password, export, and the end of the account."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.integration.members.conftest import CLERK, SERVICE, Desk
from tests.integration.members.people import PASSWORD, Person
from tests.integration.members.relatives import problem
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)
NEW = "Amber-Teapot-77"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


class Me:
    """A member on his own page."""

    def __init__(self, desk: Desk, engine: Engine, clock: SteppedClock) -> None:
        self.engine = engine
        self.person = Person(desk, engine)
        self.entry = self.person.joins()
        clock.move(MINUTE)

    def ask(self, method: str, path: str, sent: object = None) -> Any:
        return self.person.me(self.entry, method, path, sent)

    def last_event(self) -> dict[str, Any]:
        query = text(
            "SELECT message FROM event_log WHERE aggregate_id = :id ORDER BY version DESC LIMIT 1"
        )
        with self.engine.connect() as connection:
            message = connection.scalar(query, {"id": self.entry["member_id"]})
        return dict(json.loads(message)["data"])


@pytest.fixture
def me(desk: Desk, service_engine: Callable[[str], Engine], clock: SteppedClock) -> Me:
    return Me(desk, service_engine("members"), clock)


@pytest.mark.parametrize("name", [" Åsa ", "Ольга", "\u05e9\u05e8\u05d4", f"Li {FAMILY}"])
def test_a_name_of_any_script_is_kept_trimmed_and_fills_the_profile(me: Me, name: str) -> None:
    told = me.ask("PATCH", "/me/settings", {"name": name})
    assert told.get_json()["name"] == name.strip()
    assert me.ask("GET", "/me/profile").get_json()["name"] == name.strip()
    assert me.last_event()["profile_filled_at"] is not None


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"name": "a" * 101}, "name_too_long", "name"),
        ({"name": "a" * 1000}, "invalid_fields", "name"),
        ({"name": "a\u202eb"}, "harmful_name", "name"),
        ({"language": "fr"}, "invalid_fields", "language"),
        ({"quiet_from": "22:00"}, "invalid_fields", "quiet_from"),
        ({"quiet_from": "25:00", "quiet_until": "09:00"}, "invalid_fields", "quiet_from"),
        ({"notices": {"weather": {}}}, "invalid_fields", "notices.weather.key"),
        ({"phone": "+79261234567"}, "invalid_fields", "phone"),
    ],
)
def test_a_wrong_setting_is_named(me: Me, sent: object, code: str, field: str) -> None:
    assert problem(me.ask("PATCH", "/me/settings", sent)) == (422, code, field)


def test_what_is_not_set_stays(me: Me) -> None:
    off = {"sms": False, "email": True, "site": True}
    me.ask("PATCH", "/me/settings", {"notices": {"claims": off}})
    me.ask("PATCH", "/me/settings", {"quiet_from": "22:00", "quiet_until": "09:00"})
    told = me.ask("PATCH", "/me/settings", {"language": "uk"}).get_json()
    assert (told["language"], told["quiet_from"], told["quiet_until"]) == ("uk", "22:00", "09:00")
    assert told["notices"]["claims"] == off
    assert told["notices"]["bonuses"] == {"sms": True, "email": False, "site": True}
    assert me.last_event()["language"] == "uk"


def test_a_password_is_changed_by_who_knows_the_old_one(me: Me) -> None:
    other = me.person.signs_in().get_json()
    sent = {"old_password": "Wrong-Kettle-42", "password": NEW}
    refused = me.ask("PUT", "/me/password", sent)
    assert problem(refused) == (422, "wrong_old_password", "old_password")
    sent = {"old_password": PASSWORD, "password": NEW, "device_id": me.entry["device_id"]}
    assert me.ask("PUT", "/me/password", sent).status_code == 204
    assert me.person.renews(other).status_code == 401
    assert me.person.renews(me.entry).status_code == 200
    assert me.person.signs_in(NEW).status_code == 200
    assert "password_changed" in [one["kind"] for one in me.person.letters()]


def test_a_friend_joins_by_the_members_invitation(me: Me) -> None:
    code = me.ask("GET", "/me/profile").get_json()["invitation_code"]
    assert me.ask("GET", "/me/profile").get_json()["invitation_code"] == code
    friend = Person(me.person.desk, me.engine)
    entry = friend.joins(invitation_code=f" {code[:4].lower()}-{code[4:]} ")
    told = me.person.desk.ask("GET", f"/members/{entry['member_id']}", key=CLERK).get_json()
    assert told["invited_by"] == me.entry["member_id"]
    assert me.ask("GET", "/me/profile").get_json()["friends_invited"] == 1


def test_an_export_has_all_that_is_held_here(me: Me) -> None:
    me.ask("PATCH", "/me/settings", {"name": "Åsa"})
    me.ask("PUT", "/me/favourites/aliexpress")
    told = me.ask("GET", "/me/export").get_json()
    assert told["profile"]["phone"] == me.person.phone
    assert told["profile"]["email"] == me.person.email
    assert told["settings"]["name"] == "Åsa"
    assert [one["name"] for one in told["devices"]] == ["Chrome, Android"]
    assert [one["store_id"] for one in told["favourites"]] == ["aliexpress"]
    assert "secret" not in json.dumps(told)


def test_who_is_erased_is_gone_from_every_table(me: Me) -> None:
    """INVARIANT: no number, e-mail or name is left; the account's id and its events are.

    A digest of the number is left, too (test_numbers_that_joined.py).
    """
    me.ask("PATCH", "/me/settings", {"name": "Zebedee Quill"})
    me.ask("PUT", "/me/favourites/zebra-shoes")
    assert me.ask("POST", "/me/erasure").status_code == 202
    code = me.person.code()
    assert me.ask("POST", "/me/erasure/confirm", {"code": code}).status_code == 204
    assert me.last_event()["status"] == "erased"
    with me.engine.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ).all()
        for table in tables:
            rows = connection.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()
            for secret in (me.person.phone, me.person.email, "Zebedee", "zebra-shoes"):
                assert not [row for row in rows if secret in row], table
    assert me.ask("PUT", "/me/favourites/zebra-shoes").status_code == 404
    assert me.person.renews(me.entry).status_code == 401
    assert problem(me.ask("GET", "/me/profile"))[1] == "member_blocked"
    assert problem(me.person.signs_in())[1] == "wrong_sign_in"
    path = f"/members/{me.entry['member_id']}/contact"
    assert me.person.desk.ask("GET", path, key=SERVICE).status_code == 404


def test_an_erased_number_may_join_again_but_not_as_a_newcomer(me: Me, clock: SteppedClock) -> None:
    """INVARIANT: what would break it: 245 points for every round of joining and erasing."""
    assert me.last_event()["was_here_before"] is False
    me.ask("POST", "/me/erasure")
    me.ask("POST", "/me/erasure/confirm", {"code": me.person.code()})
    clock.move(MINUTE)
    again = Person(me.person.desk, me.engine, phone=me.person.phone, email=me.person.email)
    first, me.entry = me.entry, again.joins()
    assert me.entry["member_id"] != first["member_id"]
    assert me.last_event()["was_here_before"] is True


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me/profile"),
        ("GET", "/me/settings"),
        ("PATCH", "/me/settings"),
        ("PUT", "/me/password"),
        ("GET", "/me/export"),
        ("POST", "/me/erasure"),
        ("POST", "/me/erasure/confirm"),
        ("GET", "/me/devices"),
        ("POST", "/me/devices/end-others"),
        ("POST", "/me/changes/phone"),
        ("POST", "/me/changes/email"),
    ],
)
def test_a_members_page_is_his_alone(desk: Desk, method: str, path: str) -> None:
    """INVARIANT: no key opens it, a clerk's neither; without a session nothing is told."""
    sent = {
        "/me/password": {"old_password": None, "password": NEW},
        "/me/erasure/confirm": {"code": "123456"},
        "/me/devices/end-others": {"device_id": "00000000-0000-4000-8000-000000000000"},
        "/me/changes/phone": {"new": "+79261234567"},
        "/me/changes/email": {"new": "a@example.org"},
    }.get(path)
    for key in (CLERK, SERVICE, {}):
        headers = {**key, "X-Visitor-Address": "192.0.2.1"}
        answer = desk.ask(method, path, key=headers, json=sent)
        assert problem(answer) == (401, "not_signed_in", None)
