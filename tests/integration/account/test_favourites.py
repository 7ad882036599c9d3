"""Favourites: a heart on each store, and a shelf of them."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.integration.account.neighbours import Members


def test_a_heart_is_pressed_and_let_go(member: FlaskClient, send: Callable[..., Any]) -> None:
    path = "/stores/aliexpress/favourite"
    answer = send(member, path, wanted="yes", back="/?group=travel#store-aliexpress")
    assert (answer.status_code, answer.location) == (303, "/?group=travel#store-aliexpress")
    shelf = member.get("/?favourites=1").text
    assert "Added to your favourites." in shelf
    assert 'aria-pressed="true"' in shelf
    assert "1 store found" in shelf
    send(member, path, wanted="no")
    assert "No favourites yet" in member.get("/?favourites=1").text


def test_a_stranger_is_asked_to_sign_in(stranger: FlaskClient, send: Callable[..., Any]) -> None:
    answer = send(stranger, "/stores/aliexpress/favourite", wanted="yes")
    assert (answer.status_code, answer.location) == (303, "/enter?back=%2Fstores%2Faliexpress")
    assert stranger.get("/?favourites=1").location == "/enter?back=/?favourites%3D1"


def test_only_a_store_becomes_a_favourite(member: FlaskClient, send: Callable[..., Any]) -> None:
    assert send(member, "/stores/nowhere/favourite", wanted="yes").status_code == 404
    assert member.post("/stores/aliexpress/favourite", data={"wanted": "yes"}).status_code == 400


def test_nobody_is_led_to_another_site(member: FlaskClient, send: Callable[..., Any]) -> None:
    answer = send(member, "/stores/aliexpress/favourite", wanted="yes", back="//evil.example")
    assert answer.location == "/stores/aliexpress"


def test_too_many_are_told_in_words(member: FlaskClient, send: Callable[..., Any]) -> None:
    for name in ("aliexpress", "northline", "perekrestok"):
        send(member, f"/stores/{name}/favourite", wanted="yes")
    assert "take one away first" in member.get("/").text


def test_the_window_is_open_without_hearts_while_members_is_away(
    member: FlaskClient, members: Members
) -> None:
    members.is_away = True
    page = member.get("/")
    assert page.status_code == 200
    assert "/favourite" not in page.text.replace("/?favourites", "")
    assert member.get("/?favourites=1").status_code == 503
