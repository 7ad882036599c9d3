"""Signing in: three things at once, none told apart, each code once, and sessions that end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis

from tests.integration.console.browser import OPERATOR, PASSWORD, Clerk, clerk_of
from tests.support.clock import SteppedClock
from tests.support.servers import Addresses

WRONG = "The name, the password or the code is wrong"


@pytest.fixture
def newcomer(console: Flask, clock: SteppedClock) -> Clerk:
    return clerk_of(console, clock, "clerk")


def test_the_first_sign_in_asks_for_a_password_of_ones_own(newcomer: Clerk) -> None:
    one_time = newcomer.password
    assert newcomer.try_to_sign_in().status_code == 303
    assert newcomer.get("/runs").location == "/password"
    newcomer.post("/password", old=one_time, password=PASSWORD, again=PASSWORD)
    assert newcomer.get("/").status_code == 200
    assert newcomer.try_to_sign_in(password=one_time).status_code == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "not it"}, "old-fault"),
        ({"password": "short", "again": "short"}, "password-fault"),
        ({"again": "another one"}, "again-fault"),
    ],
)
def test_a_password_that_will_not_do_is_refused_beside_its_field(
    newcomer: Clerk, typed: dict[str, str], field: str
) -> None:
    newcomer.try_to_sign_in()
    fields = {"old": newcomer.password, "password": PASSWORD, "again": PASSWORD}
    answer = newcomer.post("/password", **(fields | typed))
    assert answer.status_code == 422
    assert f'id="{field}"' in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("wrong", ["name", "password", "code"])
def test_what_was_wrong_is_not_told(newcomer: Clerk, wrong: str) -> None:
    answer = newcomer.try_to_sign_in(**{wrong: "000000"})
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert newcomer.password not in answer.text
    assert newcomer.get("/").location == "/sign-in"


def test_a_code_lets_in_once(newcomer: Clerk, clock: SteppedClock) -> None:
    newcomer.sign_in()
    assert newcomer.try_to_sign_in().status_code == 422
    clock.move(timedelta(seconds=30))
    assert newcomer.try_to_sign_in().status_code == 303


def test_one_code_in_two_browsers_at_once_lets_in_one(newcomer: Clerk) -> None:
    """INVARIANT: a TOTP step is used once. A look beforehand in place of the key would break it."""
    twins = [
        Clerk(newcomer.app, newcomer.clock, newcomer.name, newcomer.password, newcomer.totp)
        for _ in range(4)
    ]
    with ThreadPoolExecutor(len(twins)) as threads:
        answers = list(threads.map(lambda one: one.try_to_sign_in().status_code, twins))
    assert sorted(answers) == [303, 422, 422, 422]


def test_a_code_of_two_minutes_ago_is_refused(newcomer: Clerk, clock: SteppedClock) -> None:
    code = newcomer.code()
    clock.move(timedelta(minutes=2))
    assert newcomer.try_to_sign_in(code=code).status_code == 422


def test_guesses_are_slowed_down_whatever_is_right(newcomer: Clerk) -> None:
    answers = [newcomer.try_to_sign_in(password="guess").status_code for _ in range(7)]
    assert answers[0] == 422
    assert answers[-1] == 429
    # Not even with everything right: else guessing would go on behind the limit.
    assert newcomer.try_to_sign_in().status_code == 429


def test_signing_in_begins_a_session_under_a_new_name(newcomer: Clerk) -> None:
    newcomer.get("/sign-in")
    before = newcomer.client.get_cookie("cashback_console")
    newcomer.try_to_sign_in()
    after = newcomer.client.get_cookie("cashback_console")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    stranger = newcomer.app.test_client()
    stranger.set_cookie("cashback_console", before.value)
    assert stranger.get("/").location == "/sign-in"


def test_signing_out_ends_the_session_itself(clerk: Callable[..., Clerk]) -> None:
    anna = clerk()
    kept = anna.client.get_cookie("cashback_console")
    assert kept is not None
    assert anna.client.post("/sign-out", data=anna.hidden("/")).location == "/sign-in"
    anna.client.set_cookie("cashback_console", kept.value)
    assert anna.get("/").location == "/sign-in"


def test_a_session_ends_after_ten_hours_however_busy(
    clerk: Callable[..., Clerk], clock: SteppedClock
) -> None:
    anna = clerk()
    clock.move(timedelta(hours=9, minutes=59))
    assert anna.get("/").status_code == 200
    clock.move(timedelta(minutes=1))
    assert anna.get("/").location == "/sign-in"


def test_a_session_lives_half_an_hour_without_a_page(
    clerk: Callable[..., Clerk], addresses: Addresses
) -> None:
    clerk().get("/")
    redis = Redis.from_url(addresses.redis_url)
    lives = [redis.ttl(key) for key in redis.scan_iter("cashback_console:*")]
    assert lives
    assert all(0 < seconds <= 1800 for seconds in lives)


def test_a_clerk_who_is_ended_is_out_at_once(clerk: Callable[..., Clerk]) -> None:
    anna = clerk()
    path = f"/api/clerks/{anna.name}/end"
    assert anna.app.test_client().post(path, headers=OPERATOR).status_code == 204
    assert anna.get("/").location == "/sign-in"


def test_a_new_password_ends_the_other_sessions(
    clerk: Callable[..., Clerk], clock: SteppedClock
) -> None:
    anna = clerk()
    clock.move(timedelta(seconds=30))
    other = Clerk(anna.app, clock, anna.name, anna.password, anna.totp).sign_in()
    new = "another long sentence"
    anna.post("/password", old=PASSWORD, password=new, again=new)
    assert anna.get("/").status_code == 200
    assert other.get("/").location == "/sign-in"


def test_without_redis_nobody_is_in(
    opened: Callable[..., Flask], clerk: Callable[..., Clerk]
) -> None:
    """INVARIANT: the fallback signs out, never in."""
    anna = clerk()
    cookie = anna.client.get_cookie("cashback_console")
    assert cookie is not None
    blind = opened(redis_url="redis://127.0.0.1:1/0").test_client()
    blind.set_cookie("cashback_console", cookie.value)
    assert blind.get("/runs").location == "/sign-in?next=/runs"
    answer = blind.get("/sign-in", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "Nobody can sign in just now" in answer.text


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/runs", "/runs"),
        ("//evil.example/", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_a_sign_in_leads_to_our_own_pages_alone(
    clerk: Callable[..., Clerk], clock: SteppedClock, wanted: str, led_to: str
) -> None:
    anna = clerk()
    clock.move(timedelta(seconds=30))
    answer = anna.client.post(
        "/sign-in",
        query_string={"next": wanted},
        data=anna.hidden("/sign-in")
        | {"name": anna.name, "password": PASSWORD, "code": anna.code()},
    )
    assert (answer.status_code, answer.location) == (303, led_to)


def test_the_cookie_is_strict_and_in_production_secure(opened: Callable[..., Flask]) -> None:
    answer = opened(app_env="production").test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=Strict", "Secure"):
        assert word in cookie
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"]
