"""A certificate at a till: redeemed once, whoever asks at once, and taken back within the day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from services.payout.certificates.codes import ALPHABET, new_code
from services.payout.tills.guessing import MOST_WRONG, WITHIN
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.salons import Salons


def test_a_check_tells_what_would_burn_and_what_would_fit(salons: Salons) -> None:
    code = salons.code(2000)
    assert salons.check(code.lower().replace("-", " ")).get_json() == {
        "denomination": 2000,
        "is_redeemed": False,
        "pays_minor": 150_000,
        "burns_minor": 50_000,
        "left_minor": 0,
        "fits": 1500,
    }
    assert salons.check(code, 999_000).get_json()["left_minor"] == 799_000
    assert salons.owed()["open"] == 1


def test_what_is_redeemed_is_paid_burnt_and_gone(salons: Salons) -> None:
    code, other = salons.code(2000), salons.code(500)
    done = salons.redeem(code)
    assert done.status_code == 200, done.text
    told = done.get_json()
    assert (told["pays_minor"], told["burns_minor"], told["left_minor"]) == (150_000, 50_000, 0)
    assert_problem(salons.redeem(code), 409, "already_redeemed", "code")
    assert salons.check(code).get_json()["is_redeemed"]
    assert salons.owed() == {
        "issued": 2,
        "issued_minor": 250_000,
        "open": 1,
        "open_minor": 50_000,
        "redeemed": 1,
        "redeemed_minor": 150_000,
        "burnt_minor": 50_000,
        "void": 0,
        "void_minor": 0,
    }
    assert salons.redeem(other, till=salons.there).status_code == 200


def test_a_till_that_heard_no_answer_asks_again_and_is_told_the_same(salons: Salons) -> None:
    """INVARIANT: what would break it: an answer lost on its way, and the customer pays in full."""
    code = salons.code()
    first = salons.redeem(code, receipt="R-again")
    again = salons.redeem(code, receipt="R-again")
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert_problem(
        salons.redeem(code, receipt="R-again", price_minor=1), 409, "receipt_used", "receipt"
    )


def test_a_receipt_takes_one_certificate(salons: Salons) -> None:
    first, second = salons.code(), salons.code()
    assert salons.redeem(first, receipt="R-one").status_code == 200
    assert_problem(salons.redeem(second, receipt="R-one"), 409, "receipt_used", "receipt")
    assert salons.redeem(second, receipt="R-one", till=salons.there).status_code == 200


def test_of_tills_in_the_same_moment_one_wins(salons: Salons) -> None:
    """INVARIANT: what would break it: a look at the status, and only then its change."""
    for _ in range(10):
        code = salons.code(100)
        tills = [salons.here, salons.there] * 3
        with ThreadPoolExecutor(6) as together:
            answers = list(
                together.map(lambda till, code=code: salons.redeem(code, till=till), tills)
            )
        assert sorted(one.status_code for one in answers) == [200, *[409] * 5]
    assert salons.owed()["redeemed"] == 10


def test_two_certificates_for_one_receipt_in_the_same_moment_are_one(salons: Salons) -> None:
    codes = [salons.code(100) for _ in range(4)]
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(lambda code: salons.redeem(code, receipt="R-same"), codes))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert salons.owed()["open"] == 3


def test_within_the_day_it_is_taken_back_and_can_be_redeemed_again(salons: Salons) -> None:
    code = salons.code()
    done = salons.redeem(code, receipt="R-back")
    assert salons.cancel(done, till=salons.there).status_code == 404
    cancelled = salons.cancel(done)
    assert cancelled.get_json()["cancelled_at"] is not None
    assert salons.cancel(done).get_json() == cancelled.get_json()
    assert salons.owed()["open"] == 1
    assert salons.redeem(code, receipt="R-back").status_code == 200
    assert salons.cancel(done).get_json() == cancelled.get_json()
    assert salons.owed()["redeemed"] == 1


def test_on_another_day_it_stays(salons: Salons) -> None:
    done = salons.redeem(salons.code())
    salons.world.clock.move(timedelta(days=1))
    assert_problem(salons.cancel(done), 409, "too_late_to_cancel")
    assert salons.owed()["redeemed"] == 1


def test_a_code_with_one_letter_wrong_is_a_slip_and_no_guess(salons: Salons) -> None:
    code = salons.code()
    for place in range(MOST_WRONG + 2):
        wrong = ALPHABET[(ALPHABET.index(code[-1]) + place % 28 + 1) % 29]
        assert_problem(salons.redeem(code[:-1] + wrong), 422, "mistyped_code", "code")
    assert salons.redeem(code).status_code == 200


def test_a_guesser_is_slowed_and_seen_and_nobody_else_is(salons: Salons) -> None:
    code = salons.code()
    for _ in range(MOST_WRONG):
        assert_problem(salons.check(new_code()), 404, "unknown_code", "code")
    refused = salons.redeem(code)
    assert_problem(refused, 429, "too_many_wrong_codes")
    assert int(refused.headers["Retry-After"]) == WITHIN.total_seconds()
    listed = salons.client.get("/salons", headers=CLERK).get_json()["data"]
    assert {one["salon_id"]: one["wrong_codes"] for one in listed} == {"centre": 10, "north": 0}
    assert salons.check(code, till=salons.there).status_code == 200
    salons.world.clock.move(WITHIN)
    assert salons.redeem(code).status_code == 200


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"goods": "toaster"}, "goods"),
        ({"price_minor": 0}, "price_minor"),
        ({"price_minor": -1}, "price_minor"),
        ({"price_minor": 1.5}, "price_minor"),
        ({"price_minor": "1500"}, "price_minor"),
        ({"price_minor": 10**12}, "price_minor"),
        ({"receipt": ""}, "receipt"),
        ({"receipt": "R" * 65}, "receipt"),
        ({"amount": 5}, "amount"),
        ({"code": "7KQ4-M2XW"}, "code"),
        ({"code": "'; DROP TABLE"}, "code"),
    ],
)
def test_what_no_till_can_mean_is_refused_by_its_field(
    salons: Salons, how: dict[str, Any], field: str
) -> None:
    code = salons.code()
    answer = salons.redeem(**{"code": code} | how)
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.get_json()["errors"]]
    assert salons.owed()["open"] == 1


def test_only_a_salons_key_opens_a_till(salons: Salons) -> None:
    """What would break it: a clerk's or a service's key that may do everything."""
    code = salons.code()
    closed = salons.opened("closed", is_on=False)
    for till in ({}, CLERK, SERVICE, {"Authorization": "Bearer \udcff"}, closed):
        assert salons.check(code, till=till).status_code == 401
        assert salons.redeem(code, till=till).status_code == 401
    for path in ("/salons", "/certificates/liability"):
        assert salons.client.get(path, headers=salons.here).status_code == 401


def test_of_a_salons_keys_the_newest_two_count(salons: Salons) -> None:
    code = salons.code()
    second, third = salons.new_key("centre"), salons.new_key("centre")
    assert salons.check(code, till=salons.here).status_code == 401
    assert salons.check(code, till=second).status_code == 200
    assert salons.check(code, till=third).status_code == 200


def test_a_clock_set_back_keeps_no_old_key_alive(salons: Salons) -> None:
    """What would break it: a key that leaked counts as the newest until its day comes again."""
    leaked = salons.new_key("centre")
    salons.world.clock.move(-timedelta(days=1))
    newest = [salons.new_key("centre") for _ in range(2)]
    code = salons.code()
    assert salons.check(code, till=leaked).status_code == 401
    assert [salons.check(code, till=one).status_code for one in newest] == [200, 200]


def test_salons_that_cannot_be_are_refused(salons: Salons) -> None:
    put = salons.client.put
    wrong = put("/salons/A%20B", json={"name": "x"}, headers=CLERK)
    assert_problem(wrong, 422, "invalid_fields", "salon_id")
    assert put("/salons/a", json={"name": ""}, headers=CLERK).status_code == 422
    assert_problem(salons.client.post("/salons/nobody/keys", headers=CLERK), 404, "unknown_salon")
    path = f"/till/redemptions/{uuid4()}/cancel"
    unknown = salons.client.post(path, headers=salons.here)
    assert_problem(unknown, 404, "unknown_redemption")


def test_the_database_itself_keeps_a_certificate_from_paying_twice(
    salons: Salons, engine: Engine
) -> None:
    assert salons.redeem(salons.code()).status_code == 200
    twice = text("""
        INSERT INTO redemptions SELECT gen_random_uuid(), certificate_id, 'north', 'R-x',
            denomination, price_minor, pays_minor, burns_minor, redeemed_at FROM redemptions
    """)
    with pytest.raises(Exception, match="redemptions_once_a_certificate"), engine.begin() as one:
        one.execute(twice)
