"""A code is shown to its owner once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from werkzeug.test import TestResponse

from services.payout.store.certificates import Issued
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.given import hear_member
from tests.integration.payout.salons import Salons


def reveal(salons: Salons, issued: Issued) -> TestResponse:
    path = f"/me/certificates/{issued.certificate_id}/reveal"
    return salons.member(issued.member_id).post(path)


def test_a_code_is_shown_once(salons: Salons) -> None:
    issued = salons.issued(500)
    first = reveal(salons, issued)
    assert first.status_code == 200, first.text
    assert first.get_json()["code"] == salons.opened_code(issued)
    assert first.headers["Cache-Control"] == "no-store"
    again = reveal(salons, issued)
    assert_problem(again, 409, "already_revealed")
    assert "SMS" in again.get_json()["detail"]
    [mine] = salons.member(issued.member_id).get("/me/certificates").get_json()["data"]
    assert mine["revealed_at"] is not None
    assert "code" not in mine


def test_of_two_who_ask_in_the_same_moment_one_is_shown_it(salons: Salons) -> None:
    """INVARIANT: what would break it: a look whether it was shown, and only then the note of it."""
    for _ in range(5):
        issued = salons.issued(100)
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _, one=issued: reveal(salons, one), range(4)))
        assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]


def test_a_code_is_shown_to_its_owner_alone(salons: Salons) -> None:
    issued = salons.issued(500)
    path = f"/me/certificates/{issued.certificate_id}/reveal"
    assert_problem(salons.member(uuid4()).post(path), 404, "unknown_certificate")
    for key in ({}, CLERK, SERVICE, salons.here):
        assert salons.app.test_client().post(path, headers=key).status_code == 401
    assert salons.member(issued.member_id).get(path).status_code == 405
    nobodys = f"/me/certificates/{uuid4()}/reveal"
    assert salons.member(issued.member_id).post(nobodys).status_code == 404
    assert reveal(salons, issued).status_code == 200


def test_who_is_blocked_is_shown_no_code(salons: Salons) -> None:
    """INVARIANT: the session of a thief who is blocked turns no certificate into money."""
    issued, world = salons.issued(500), salons.world
    with world.engine.begin() as connection:
        hear_member(connection, issued.member_id, world.clock, status="blocked")
    assert_problem(reveal(salons, issued), 409, "member_not_active")
    with world.engine.begin() as connection:
        hear_member(connection, issued.member_id, world.clock)
    assert reveal(salons, issued).status_code == 200


def test_a_code_that_is_spent_is_not_shown(salons: Salons) -> None:
    issued = salons.issued(500)
    salons.redeem(salons.opened_code(issued))
    assert_problem(reveal(salons, issued), 409, "certificate_not_open")
