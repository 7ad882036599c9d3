"""The way to a store: past the sign-in, with a session for the click, and only for people."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.identity import SESSION_COOKIE
from tests.integration.account.neighbours import Members


def cookies(answer: Any) -> list[str]:
    """Answer the session cookies that an answer sets."""
    set_now = answer.headers.getlist("Set-Cookie")
    return [one for one in set_now if one.startswith(f"{SESSION_COOKIE}=")]


def test_a_stranger_is_asked_to_sign_in_and_comes_back(stranger: FlaskClient) -> None:
    assert "Sign in and go to the store" in stranger.get("/stores/aliexpress").text
    answer = stranger.get("/to/aliexpress")
    assert (answer.status_code, answer.location) == (303, "/enter?back=%2Fstores%2Faliexpress")
    assert cookies(answer) == []


def test_a_member_is_led_through_the_click(member: FlaskClient, members: Members) -> None:
    assert 'href="/to/aliexpress"' in member.get("/stores/aliexpress").text
    answer = member.get("/to/aliexpress")
    assert (answer.status_code, answer.location) == (303, "http://clicks.test/go/aliexpress")
    [token] = members.favourites
    [cookie] = cookies(answer)
    assert cookie.startswith(f"{SESSION_COOKIE}={token};")
    assert "HttpOnly" in cookie
    assert "Max-Age=300" in cookie


def test_a_page_of_the_store_is_handed_on_as_it_is(member: FlaskClient) -> None:
    answer = member.get("/to/aliexpress?link=https://aliexpress.example/a?b=1%26c=2")
    wanted = "http://clicks.test/go/aliexpress?to=https%3A%2F%2Faliexpress.example%2Fa%3Fb%3D1%26c"
    assert answer.location.startswith(wanted)


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_looking_ahead_leads_nowhere(member: FlaskClient, header: str) -> None:
    answer = member.get("/to/aliexpress", headers={header: "prefetch"})
    assert (answer.status_code, cookies(answer)) == (204, [])


def test_a_head_leads_nowhere(member: FlaskClient) -> None:
    answer = member.head("/to/aliexpress")
    assert (answer.status_code, cookies(answer)) == (204, [])


@pytest.mark.parametrize("store_id", ["nowhere", "..", "%2F%2Fevil.example", "a%0d%0aSet-Cookie:x"])
def test_nobody_is_led_to_what_is_no_store(member: FlaskClient, store_id: str) -> None:
    assert member.get(f"/to/{store_id}").status_code == 404
