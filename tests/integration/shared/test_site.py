"""The common ground of pages: sessions, the forms' token, languages, headers, errors."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from shared.pages.sessions import RedisSessions
from shared.pages.site import TRANSLATIONS, Site, dress
from shared.pages.words import Words
from shared.redis import impatient
from shared.web import create_app

AWAY = "redis://127.0.0.1:1/0"
ENGLISH = {"Accept-Language": "en"}


def make_site(redis_url: str, assets: Path) -> Flask:
    app = create_app("account", title="Pages", blueprints=[], refusals={}, ready={})
    sessions = RedisSessions(redis_url, cookie="visit", idle=timedelta(hours=1), secure=True)
    words = Words(("ru", "en", "uk", "sv"), TRANSLATIONS)
    dress(app, Site(words, sessions, b"k" * 32, is_secure=True, assets={"own": assets}))

    @app.post("/note")
    def note() -> str:
        session["noted"] = "yes"
        return "noted"

    @app.post("/enter")
    def enter() -> str:
        session.rotate()
        return "in"

    @app.post("/leave")
    def leave() -> str:
        session.clear()
        session.rotate()
        app.extensions["meanwhile"]()
        return "out"

    @app.post("/note-slowly")
    def note_slowly() -> str:
        session["noted"] = "late"
        app.extensions["meanwhile"]()
        return "noted"

    app.extensions["meanwhile"] = lambda: None

    @app.get("/noted")
    def noted() -> str:
        return str(session.get("noted"))

    @app.get("/token")
    def token() -> str:
        return str(app.jinja_env.globals["csrf_token"]())

    return app


@pytest.fixture
def app(redis_url: str, tmp_path: Path) -> Flask:
    return make_site(redis_url, tmp_path)


@pytest.fixture
def visitor(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def https(visitor: FlaskClient, method: str, path: str, **options: Any) -> TestResponse:
    return visitor.open(path, method=method, base_url="https://localhost", **options)


def send(visitor: FlaskClient, path: str) -> int:
    token = https(visitor, "GET", "/token").text
    answer = https(visitor, "POST", path, data={"csrf_token": token})
    return answer.status_code


def test_a_form_without_its_token_changes_nothing(visitor: FlaskClient) -> None:
    answer = https(visitor, "POST", "/note")
    assert answer.status_code == 400
    assert https(visitor, "GET", "/noted").text == "None"
    assert send(visitor, "/note") == 200
    assert https(visitor, "GET", "/noted").text == "yes"


def test_another_sites_form_is_refused(visitor: FlaskClient) -> None:
    answer = https(visitor, "POST", "/note", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in {400, 403}


def test_the_session_goes_on_under_a_new_name(visitor: FlaskClient, redis_url: str) -> None:
    """INVARIANT: whoever planted a session's name before sign-in has nothing after it."""
    send(visitor, "/note")
    before = visitor.get_cookie("visit")
    assert before is not None
    assert before.secure
    assert before.http_only
    assert send(visitor, "/enter") == 200
    after = visitor.get_cookie("visit")
    assert after is not None
    assert after.value != before.value
    assert https(visitor, "GET", "/noted").text == "yes"
    visitor.set_cookie("visit", before.value)
    assert https(visitor, "GET", "/noted").text == "None"
    assert not [key for key in Redis.from_url(redis_url).scan_iter() if after.value.encode() in key]


def test_who_signs_out_stays_out_whatever_another_tab_is_doing(
    app: Flask, visitor: FlaskClient
) -> None:
    """INVARIANT: a request that was under way does not bring an ended session back."""
    send(visitor, "/note")
    kept = visitor.get_cookie("visit")
    assert kept is not None
    token = https(visitor, "GET", "/token").text

    def sign_out() -> None:
        app.extensions["meanwhile"] = lambda: None
        other = app.test_client()
        other.set_cookie("visit", kept.value)
        sent = {"csrf_token": token}
        assert https(other, "POST", "/leave", data=sent).status_code == 200

    app.extensions["meanwhile"] = sign_out
    answer = https(visitor, "POST", "/note-slowly", data={"csrf_token": token})
    assert "Set-Cookie" not in answer.headers
    visitor.set_cookie("visit", kept.value)
    assert https(visitor, "GET", "/noted").text == "None"


def test_who_signs_out_while_redis_goes_away_loses_the_name(
    app: Flask, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(visitor, "/note")

    def cut() -> None:
        gone = Redis(connection_pool=impatient(AWAY, as_text=True))
        monkeypatch.setattr(app.session_interface, "_redis", gone)

    app.extensions["meanwhile"] = cut
    assert send(visitor, "/leave") == 200
    assert visitor.get_cookie("visit") is None
    monkeypatch.undo()
    assert https(visitor, "GET", "/noted").text == "None"


def test_a_form_is_put_off_and_not_too_old_while_redis_is_away(tmp_path: Path) -> None:
    with make_site(AWAY, tmp_path).test_client() as visitor:
        visitor.set_cookie("visit", "kept-by-nobody-now")
        assert https(visitor, "POST", "/note", data={"csrf_token": "x"}).status_code == 503


def test_a_name_that_a_stranger_chose_is_not_taken(visitor: FlaskClient) -> None:
    visitor.set_cookie("visit", "chosen-by-a-stranger")
    send(visitor, "/note")
    kept = visitor.get_cookie("visit")
    assert kept is not None
    assert kept.value != "chosen-by-a-stranger"


def test_without_redis_everybody_is_a_stranger(visitor: FlaskClient, tmp_path: Path) -> None:
    send(visitor, "/note")
    kept = visitor.get_cookie("visit")
    assert kept is not None
    with make_site(AWAY, tmp_path).test_client() as other:
        other.set_cookie("visit", kept.value)
        answer = https(other, "GET", "/noted")
        assert (answer.status_code, answer.text) == (200, "None")
    assert https(visitor, "GET", "/noted").text == "yes"


def test_pages_are_closed_to_other_sites(visitor: FlaskClient) -> None:
    answer = https(visitor, "GET", "/nothing", headers=ENGLISH)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    headers = answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in headers["Strict-Transport-Security"]
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize(
    ("asked", "heading"),
    [("ru", "Здесь ничего нет"), ("sv-SE,sv;q=0.9", "Här finns ingenting"), ("de", "Здесь")],
)
def test_a_visitor_is_spoken_to_in_his_language(
    visitor: FlaskClient, asked: str, heading: str
) -> None:
    answer = https(visitor, "GET", "/nothing", headers={"Accept-Language": asked})
    assert heading in answer.text


def test_a_chosen_language_stays(visitor: FlaskClient) -> None:
    token = https(visitor, "GET", "/token").text
    form = {"csrf_token": token, "language": "uk", "back": "//evil.example"}
    answer = https(visitor, "POST", "/language", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = https(visitor, "GET", "/nothing", headers=ENGLISH)
    assert '<html lang="uk">' in page.text
