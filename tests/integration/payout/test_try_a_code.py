"""Who was given a certificate asks what it is worth; who tries codes is slowed, each by himself."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from services.payout.certificates.codes import new_code
from services.payout.tills.guessing import MOST_WRONG, WITHIN
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.salons import Salons


def ask(salons: Salons, member_id: UUID, code: str) -> TestResponse:
    return salons.member(member_id).post("/me/certificates/check", json={"code": code})


def test_a_gift_tells_what_it_is_worth_to_whoever_holds_it(salons: Salons) -> None:
    issued, receiver = salons.issued(2000), uuid4()
    code = salons.opened_code(issued)
    told = {"denomination": 2000, "status": "issued"}
    assert ask(salons, receiver, code.lower().replace("-", " ")).get_json() == told
    salons.redeem(code)
    assert ask(salons, receiver, code).get_json() == told | {"status": "redeemed"}
    lost = salons.issued(500)
    salons.act(lost, "reissue")
    assert ask(salons, receiver, salons.opened_code(lost)).get_json()["status"] == "replaced"


def test_a_member_who_tries_codes_waits_and_an_alarm_is_raised(salons: Salons) -> None:
    """INVARIANT: of ten wrong codes in a quarter of an hour none finds the eleventh certificate."""
    guesser, other, code = uuid4(), uuid4(), salons.code()
    with capture_logs() as logs:
        for _ in range(MOST_WRONG):
            assert_problem(ask(salons, guesser, new_code()), 404, "unknown_code", "code")
    assert [one for one in logs if one["event"] == "till.guesses"] == [
        {
            "event": "till.guesses",
            "log_level": "error",
            "member_id": str(guesser),
            "wrong_codes": MOST_WRONG,
        }
    ]
    waits = ask(salons, guesser, code)
    assert_problem(waits, 429, "too_many_wrong_codes")
    assert waits.headers["Retry-After"] == str(int(WITHIN.total_seconds()))
    assert ask(salons, other, code).status_code == 200
    assert salons.check(code).status_code == 200
    salons.world.clock.move(WITHIN + timedelta(seconds=1))
    assert ask(salons, guesser, code).status_code == 200


def test_a_slip_is_no_guess(salons: Salons) -> None:
    member_id, code = uuid4(), salons.code()
    slip = code[:-1] + ("2" if code[-1] != "2" else "3")
    for _ in range(MOST_WRONG + 1):
        assert_problem(ask(salons, member_id, slip), 422, "mistyped_code", "code")
    assert ask(salons, member_id, code).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"code": 5}, {"code": ""}, {"code": "7" * 41}, {"kode": "x"}])
def test_what_is_no_code_is_refused(salons: Salons, sent: dict[str, object]) -> None:
    answer = salons.member(uuid4()).post("/me/certificates/check", json=sent)
    assert_problem(answer, 422, "invalid_fields")


def test_only_who_is_signed_in_tries_codes(salons: Salons) -> None:
    """What would break it: a key that may try for everybody, whom nobody counts."""
    path, sent = "/me/certificates/check", {"code": salons.code()}
    for headers in ({}, CLERK, SERVICE, salons.here):
        answer = salons.app.test_client().post(path, json=sent, headers=headers)
        assert answer.status_code == 401
