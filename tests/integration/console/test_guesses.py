"""Guesses at a clerk's password and codes: few at once, few for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Semaphore

import pytest
from flask import Flask
from pyotp import parse_uri

from services.console.clerks import proving
from services.console.clerks.signing_in import MOST_WRONG_CODES, WrongSignIn
from shared.problems import TooManyTries
from shared.throttle import Throttle
from tests.integration.console.browser import OPERATOR, Clerk, clerk_of
from tests.support.clock import SteppedClock


@pytest.fixture
def newcomer(console: Flask, clock: SteppedClock) -> Clerk:
    return clerk_of(console, clock, "clerk")


def test_guesses_at_once_are_no_more_than_guesses_in_turn(
    console: Flask, newcomer: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: a try is counted before it is made. Counting afterwards lets all twelve through.

    None comes to its end before all others were begun or refused.
    """
    wait, refused, all_are_there = 12, Semaphore(0), Semaphore(0)
    looked_at = []

    def slowly(kept: str | None, password: str) -> bool:
        looked_at.append((kept, password))
        refused.release()
        assert all_are_there.acquire(timeout=30)
        return False

    def guess(number: int) -> type[Exception] | None:
        try:
            console.extensions["console"].door.prove(
                newcomer.name, "guess", "1", f"10.9.8.{number}"
            )
        except TooManyTries as slowed:
            refused.release()
            return type(slowed)
        except WrongSignIn as wrong:
            return type(wrong)
        return None

    monkeypatch.setattr(proving, "is_password", slowly)
    with ThreadPoolExecutor(wait) as threads:
        guesses = [threads.submit(guess, number) for number in range(wait)]
        for _ in range(wait):
            assert refused.acquire(timeout=30)
        all_are_there.release(wait)
        answers = [one.result() for one in guesses]
    assert (len(looked_at), answers.count(TooManyTries)) == (5, wait - 5)


def test_who_guesses_at_codes_with_the_right_password_is_stopped_for_good(
    console: Flask, newcomer: Clerk
) -> None:
    """INVARIANT: a stolen password leaves twenty guesses, not five a minute for ever."""
    kept = console.extensions["console"].door
    patient = Throttle(newcomer.name, "redis://127.0.0.1:1/0", 1000)
    door = replace(kept, names=patient, addresses=patient)

    def enters(code: str, secrets: Clerk = newcomer) -> bool:
        try:
            door.prove(newcomer.name, secrets.password, code, "10.9.9.9")
        except WrongSignIn:
            return False
        return True

    for _ in range(MOST_WRONG_CODES - 1):
        assert not enters("none")
    assert enters(newcomer.code())
    for _ in range(MOST_WRONG_CODES):
        assert not enters("none")
    newcomer.clock.move(timedelta(minutes=1))
    assert not enters(newcomer.code())
    renewed = console.test_client().post(f"/api/clerks/{newcomer.name}/renew", headers=OPERATOR)
    told = renewed.get_json()
    newcomer.password, newcomer.totp = told["one_time_password"], parse_uri(told["totp_uri"])
    assert enters(newcomer.code())
