"""A clerk gives a certificate a new code, or voids it and gives the points back: once, for good."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.payout.states import State
from services.payout.store.certificates import Issued
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.given import said
from tests.integration.payout.salons import Salons


def shown(salons: Salons, certificate_id: UUID | str) -> dict[str, Any]:
    answer = salons.client.get(f"/certificates/{certificate_id}", headers=CLERK)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def successor(salons: Salons, issued: Issued) -> Issued:
    return salons.found(UUID(shown(salons, issued.certificate_id)["replaced_by"]))


def test_a_new_code_counts_and_the_old_one_no_more(salons: Salons) -> None:
    old = salons.issued(2000)
    made = salons.act(old, "reissue", clerk="anna", reason="the phone was lost")
    assert made.status_code == 201, made.text
    new = successor(salons, old)
    assert made.get_json()["replaces"] == str(old.certificate_id)
    assert "code" not in made.get_json()
    assert_problem(salons.redeem(salons.opened_code(old)), 409, "void_code", "code")
    assert_problem(salons.check(salons.opened_code(old)), 409, "void_code", "code")
    assert salons.redeem(salons.opened_code(new)).status_code == 200
    kept = shown(salons, old.certificate_id)
    assert (kept["status"], kept["act"]["act"], kept["act"]["clerk"], kept["act"]["reason"]) == (
        "replaced",
        "reissued",
        "anna",
        "the phone was lost",
    )


def test_a_certificate_with_a_new_code_is_owed_once(salons: Salons) -> None:
    old = salons.issued(2000)
    salons.act(old, "reissue")
    salons.act(successor(salons, old), "reissue")
    owed = salons.owed()
    assert (owed["issued"], owed["open"], owed["open_minor"], owed["void"]) == (1, 1, 200_000, 0)
    mine = salons.member(old.member_id).get("/me/certificates").get_json()["data"]
    assert [one["status"] for one in mine] == ["issued"]


def test_a_new_code_is_said_for_its_sms_and_shown_once_again(salons: Salons) -> None:
    old = salons.issued(500)
    path = "/me/certificates/{}/reveal"
    browser = salons.member(old.member_id)
    assert browser.post(path.format(old.certificate_id)).status_code == 200
    salons.act(old, "reissue")
    new = successor(salons, old)
    assert said(salons.world.engine, new.certificate_id) == [("certificate.reissued", 1)]
    gone = salons.client.get(f"/certificates/{old.certificate_id}/code", headers=SERVICE)
    assert_problem(gone, 410, "code_gone")
    again = browser.post(path.format(new.certificate_id)).get_json()
    assert again["code"] == salons.opened_code(new)


def test_a_void_certificate_gives_its_points_back(salons: Salons) -> None:
    issued, world = salons.issued(2000), salons.world
    payout = world.payout(issued.payout_id)
    world.hear("written_off", payout)
    assert salons.act(issued, "void").get_json()["status"] == "void"
    reversed_ = world.payout(payout.payout_id)
    assert (reversed_.state, reversed_.reason) == (State.REVERSED, "certificate_voided")
    assert said(world.engine, payout.payout_id)[2:] == [("payout.reversed", 3)]
    assert_problem(salons.redeem(salons.opened_code(issued)), 409, "void_code", "code")
    world.hear("returned", payout)
    assert world.payout(payout.payout_id).state is State.RETURNED
    owed = salons.owed()
    assert (owed["issued"], owed["open"], owed["void"], owed["void_minor"]) == (1, 0, 1, 200_000)


def test_one_that_is_not_written_off_yet_is_voided_too(salons: Salons) -> None:
    """As a top-up taken back before we heard that its points were spent."""
    issued, world = salons.issued(500), salons.world
    payout = world.payout(issued.payout_id)
    assert payout.state is State.COMPLETED
    assert salons.act(issued, "void").status_code == 200
    world.hear("written_off", payout)
    world.hear("returned", payout)
    assert world.payout(payout.payout_id).state is State.RETURNED


def test_a_clerks_words_stay_with_us(salons: Salons) -> None:
    """INVARIANT: what a clerk writes of a person travels in no event."""
    issued, words = salons.issued(500), "she called from +79270000001"
    salons.act(issued, "void", reason=words)
    with salons.world.engine.connect() as connection:
        messages = connection.scalars(text("SELECT message FROM event_log")).all()
    assert not any("+7927" in str(one) for one in messages)
    assert shown(salons, issued.certificate_id)["act"]["reason"] == words


@pytest.mark.parametrize("what", ["reissue", "void"])
def test_of_a_clerk_and_a_till_in_the_same_moment_one_wins(salons: Salons, what: str) -> None:
    """INVARIANT: what would break it: a look that it is open, and only then the act."""
    for _ in range(12):
        issued = salons.issued(100)
        code = salons.opened_code(issued)
        with ThreadPoolExecutor(2) as together:
            clerk = together.submit(salons.act, issued, what)
            till = together.submit(salons.redeem, code)
        statuses = (clerk.result().status_code, till.result().status_code)
        assert (statuses[0] < 300, statuses[1] == 200) in {(True, False), (False, True)}, statuses
        assert max(statuses) == 409
    owed = salons.owed()
    assert owed["issued"] == 12
    assert owed["issued_minor"] == sum(
        owed[part] for part in ("open_minor", "redeemed_minor", "burnt_minor", "void_minor")
    )


def test_of_two_clerks_in_the_same_moment_one_wins(salons: Salons) -> None:
    for _ in range(5):
        issued = salons.issued(100)
        with ThreadPoolExecutor(4) as together:
            acts = ["reissue", "void", "reissue", "void"]
            answers = list(together.map(lambda act, one=issued: salons.act(one, act), acts))
        assert sorted(one.status_code for one in answers)[1:] == [409] * 3


def test_what_is_not_open_stays_as_it_is(salons: Salons) -> None:
    spent = salons.issued(500)
    done = salons.redeem(salons.opened_code(spent))
    for what in ("reissue", "void"):
        assert_problem(salons.act(spent, what), 409, "certificate_not_open")
    assert salons.cancel(done).status_code == 200
    assert salons.act(spent, "void").status_code == 200
    assert_problem(salons.act(spent, "void"), 409, "certificate_not_open")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"clerk": ""}, "clerk"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"points": "5"}, "points"),
    ],
)
def test_a_clerk_says_who_he_is_and_why(salons: Salons, sent: dict[str, str], field: str) -> None:
    issued = salons.issued(500)
    assert_problem(salons.act(issued, "void", **sent), 422, "invalid_fields", field)
    assert salons.owed()["open"] == 1


def test_only_a_clerk_acts(salons: Salons) -> None:
    issued = salons.issued(500)
    path = f"/certificates/{issued.certificate_id}"
    browser, sent = salons.member(issued.member_id), {"clerk": "anna", "reason": "mine"}
    for headers in ({}, SERVICE, salons.here):
        assert browser.post(f"{path}/void", json=sent, headers=headers).status_code == 401
        assert browser.post(f"{path}/reissue", json=sent, headers=headers).status_code == 401
        assert browser.get(path, headers=headers).status_code == 401
    unknown = salons.client.post(f"/certificates/{uuid4()}/void", json=sent, headers=CLERK)
    assert_problem(unknown, 404, "unknown_certificate")
