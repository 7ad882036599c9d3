"""Bonuses that are of no purchase: given once, standing and falling with what they depend on."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.bonus_status.sources.shipped import shipped_rules
from services.bonus_status.store.sources import rules
from tests.integration.bonus_status.api import CLERK, asked, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, gifts, granted, put
from tests.support import bonuses

AT = "2026-11-20T00:00:00Z"


@pytest.fixture
def client(fresh_desk: Desk) -> FlaskClient:
    """Clerks and members of a programme with the rules that are shipped."""
    with fresh_desk.engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), fresh_desk.clock())
    fresh_desk.hear(fresh_desk.store())
    return client_of(fresh_desk)


def purchase(desk: Desk, line: str, status: str, seconds: int = 0, **changes: Any) -> None:
    at = bonuses.REPORTED_AT + timedelta(seconds=seconds)
    paid = 0 if status == "returned" else 109_900
    desk.hear(desk.conversion(line, at, **({"status": status, "paid_minor": paid} | changes)))


def test_an_email_and_a_profile_are_thanked_for_once(fresh_desk: Desk, client: FlaskClient) -> None:
    """What would break it: a snapshot that is told again, or a member who unlinks and links."""
    fresh_desk.hear(fresh_desk.member("active", email_linked_at=AT))
    fresh_desk.hear(fresh_desk.member("active", email_linked_at=AT, profile_filled_at=AT))
    fresh_desk.hear(fresh_desk.member("active", email_linked_at="2026-11-25T00:00:00Z"))
    assert fresh_desk.has(accrued=45)
    assert gifts(fresh_desk, "email_linked") == [("accrued", 15)]
    page = asked(sign_in(fresh_desk, client, fresh_desk.member_id), "/me/bonuses")["data"]
    assert {one["why"]["in_words"] for one in page} == {
        "For linking your e-mail address.",
        "For filling in your profile.",
    }
    assert fresh_desk.books_are_right()


def test_own_subscribers_are_not_thanked_for_a_profile(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    del client
    said = {"profile_filled_at": AT, "is_own_subscriber": True}
    fresh_desk.hear(fresh_desk.member("active", **said))
    assert gifts(fresh_desk, "profile_filled") == []


def test_a_first_purchase_is_confirmed_and_rejected_with_it(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "first-purchase", "first_purchase", amount=200)
    first, second = bonuses.new_id(), bonuses.new_id()
    purchase(fresh_desk, first, "reported")
    purchase(fresh_desk, second, "reported", 1)
    assert gifts(fresh_desk, "first_purchase") == [("pending", 200)]
    purchase(fresh_desk, first, "approved", 2)
    assert fresh_desk.has(accrued=276, pending=76)
    purchase(fresh_desk, first, "returned", 3)
    assert gifts(fresh_desk, "first_purchase") == [("rejected", 200)]
    assert granted(fresh_desk, "first-purchase") == 0
    purchase(fresh_desk, second, "approved", 4)
    assert fresh_desk.has(accrued=276)
    purchase(fresh_desk, first, "approved", 5)
    assert gifts(fresh_desk, "first_purchase") == [("accrued", 200)]
    assert fresh_desk.books_are_right()


def test_a_first_purchase_that_falls_hands_over_to_the_earliest_confirmed(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "first-purchase", "first_purchase", amount=200)
    first, second, third = (bonuses.new_id() for _ in range(3))
    purchase(fresh_desk, first, "approved")
    purchase(fresh_desk, second, "reported", 1)
    purchase(fresh_desk, third, "approved", 2)
    purchase(fresh_desk, first, "returned", 3)
    query = "SELECT follows::text, status FROM bonuses WHERE source = 'first_purchase'"
    assert tuple(fresh_desk.rows(query)[0].values()) == (third, "accrued")
    assert fresh_desk.has(accrued=276, pending=76)


def test_a_first_purchase_before_the_rule_earns_nothing_later(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    purchase(fresh_desk, bonuses.new_id(), "approved")
    put(client, "first-purchase", "first_purchase", amount=200)
    purchase(fresh_desk, bonuses.new_id(), "approved", 1)
    assert gifts(fresh_desk, "first_purchase") == []


def invite(desk: Desk, inviter: str, **standing: Any) -> str:
    friend = bonuses.new_id()
    said = {"member_id": friend, "invited_by": inviter} | standing
    desk.hear(desk.member("active", **said))
    return friend


def test_an_invitation_is_confirmed_while_a_purchase_of_the_friend_is(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    del client
    inviter = fresh_desk.member_id
    friend = invite(fresh_desk, inviter)
    assert gifts(fresh_desk, "invitation") == []
    first, second = bonuses.new_id(), bonuses.new_id()
    purchase(fresh_desk, first, "reported", member_id=friend)
    assert gifts(fresh_desk, "invitation", inviter) == [("pending", 200)]
    purchase(fresh_desk, first, "approved", 1, member_id=friend)
    purchase(fresh_desk, second, "approved", 2, member_id=friend)
    purchase(fresh_desk, first, "returned", 3, member_id=friend)
    assert gifts(fresh_desk, "invitation", inviter) == [("accrued", 200)]
    purchase(fresh_desk, second, "declined", 4, member_id=friend)
    assert gifts(fresh_desk, "invitation", inviter) == [("rejected", 200)]
    assert granted(fresh_desk, "invitation") == 0
    assert fresh_desk.books_are_right()


def test_a_friend_who_bought_before_he_was_heard_of_counts(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    """Topics keep no order among themselves."""
    del client
    inviter, friend = fresh_desk.member_id, bonuses.new_id()
    purchase(fresh_desk, bonuses.new_id(), "approved", member_id=friend)
    fresh_desk.hear(fresh_desk.member("active", member_id=friend, invited_by=inviter))
    assert gifts(fresh_desk, "invitation", inviter) == [("accrued", 200)]


def test_friends_earn_1000_in_all_and_a_fall_makes_room_for_another(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "invitation", "invitation", amount=300, most_a_member=1_000)
    lines = {}
    for number in range(5):
        friend, line = invite(fresh_desk, fresh_desk.member_id), bonuses.new_id()
        lines[friend] = line
        purchase(fresh_desk, line, "approved", number, member_id=friend)
    assert [one for _, one in gifts(fresh_desk, "invitation")] == [300, 300, 300, 100]
    friend, line = next(iter(lines.items()))
    purchase(fresh_desk, line, "returned", 9, member_id=friend)
    late = list(lines)[-1]
    purchase(fresh_desk, bonuses.new_id(), "approved", 10, member_id=late)
    assert (
        sum(one for status, one in gifts(fresh_desk, "invitation") if status == "accrued") == 1_000
    )
    assert fresh_desk.books_are_right()


def test_who_was_here_before_is_no_newcomer(fresh_desk: Desk, client: FlaskClient) -> None:
    """INVARIANT: to erase an account and join again with its number earns nothing anew."""
    put(client, "first-purchase", "first_purchase", amount=200)
    inviter, again = fresh_desk.member_id, bonuses.new_id()
    said = {"email_linked_at": AT, "profile_filled_at": AT, "invited_by": inviter}
    fresh_desk.hear(fresh_desk.member("active", member_id=again, was_here_before=True, **said))
    purchase(fresh_desk, bonuses.new_id(), "approved", member_id=again)
    assert gifts(fresh_desk, "invitation", inviter) == []
    with fresh_desk.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT source, amount FROM bonuses WHERE member_id = :id"), {"id": again}
        )
        assert [tuple(row) for row in rows] == [("purchase", 76)]
    assert fresh_desk.books_are_right()


def test_loops_and_shared_devices_are_held_until_a_clerk_releases_them(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    inviter = fresh_desk.member_id
    friend = invite(fresh_desk, inviter, shared_device=True)
    fresh_desk.hear(fresh_desk.member("active", invited_by=friend))
    purchase(fresh_desk, bonuses.new_id(), "approved", member_id=friend)
    purchase(fresh_desk, bonuses.new_id(), "approved")
    assert gifts(fresh_desk, "invitation", inviter) == []
    assert gifts(fresh_desk, "invitation", friend) == []
    held = client.get("/invitations", headers=CLERK).get_json()["data"]
    assert {one["friend_id"]: one["held_because"] for one in held} == {
        friend: "shared_device",
        inviter: "loop",
    }
    for _ in range(2):
        path = f"/invitations/{friend}/release"
        assert client.post(path, json=BY_CLERK, headers=CLERK).status_code == 200
    assert gifts(fresh_desk, "invitation", inviter) == [("accrued", 200)]
    [mine] = asked(sign_in(fresh_desk, client, inviter), "/me/invitations")["data"]
    assert (mine["bonus"]["amount"], mine["bonus"]["status"]) == (200, "accrued")
    [theirs] = asked(sign_in(fresh_desk, client, friend), "/me/invitations")["data"]
    assert (theirs["is_held"], theirs["bonus"]) == (True, None)
    assert len(client.get("/invitations", headers=CLERK).get_json()["data"]) == 1
    assert fresh_desk.books_are_right()


def test_nobody_invites_himself(fresh_desk: Desk, client: FlaskClient) -> None:
    del client
    fresh_desk.hear(fresh_desk.member("active", invited_by=fresh_desk.member_id))
    purchase(fresh_desk, bonuses.new_id(), "approved")
    assert gifts(fresh_desk, "invitation") == []
    assert fresh_desk.waiting() == []
