"""Nobody takes the site from the others: so many requests a minute, by name or by address."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from shared.pages.pace import keep_pace
from shared.pages.sessions import RedisSessions
from shared.pages.site import TRANSLATIONS, Site, dress
from shared.pages.words import Words
from shared.web import create_app

AWAY = "redis://127.0.0.1:1/0"
A_MINUTE = 3


def make_site(redis_url: str) -> Flask:
    app = create_app("account", title="Pages", blueprints=[], refusals={}, ready={})
    keep_pace(app, redis_url, A_MINUTE, lambda: request.headers.get("X-Insider"))
    sessions = RedisSessions(redis_url, cookie="visit", idle=timedelta(hours=1), secure=True)
    words = Words(("en",), TRANSLATIONS)
    dress(app, Site(words, sessions, b"k" * 32, is_secure=True, assets={}))

    @app.get("/")
    def page() -> str:
        return "page"

    return app


def ask(client: FlaskClient, address: str, insider: str | None = None, path: str = "/") -> int:
    headers = {"X-Insider": insider} if insider else {}
    answer = client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address})
    answer.close()  # a file is sent as it is
    if answer.status_code == 429:
        assert int(answer.headers["Retry-After"]) > 0
        assert "One moment" in answer.text
    return answer.status_code


@pytest.fixture(params=["with Redis", "without Redis"])
def client(request: pytest.FixtureRequest, redis_url: str) -> FlaskClient:
    return make_site(redis_url if request.param == "with Redis" else AWAY).test_client()


def test_a_stranger_is_slowed_and_the_others_are_not(client: FlaskClient) -> None:
    address, other = (f"2001:db8:{number}:{uuid4().hex[:4]}::1" for number in (1, 2))
    assert [ask(client, address) for _ in range(A_MINUTE + 1)] == [200] * A_MINUTE + [429]
    assert ask(client, other) == 200


def test_one_line_has_one_pace_however_many_addresses_it_has(client: FlaskClient) -> None:
    """INVARIANT: an IPv6 line of 2^64 addresses is one stranger."""
    line = f"2001:db8:5:{uuid4().hex[:4]}"
    asked = [ask(client, f"{line}::{number}") for number in range(A_MINUTE + 1)]
    assert asked == [200] * A_MINUTE + [429]


def test_the_signed_in_are_counted_by_name_whatever_their_address(client: FlaskClient) -> None:
    address, anna, boris = f"2001:db8:3:{uuid4().hex[:4]}::1", uuid4().hex, uuid4().hex
    assert [ask(client, address, anna) for _ in range(A_MINUTE + 1)] == [200] * A_MINUTE + [429]
    assert ask(client, address, boris) == 200
    assert ask(client, address) == 200


def test_looks_and_probes_are_free(client: FlaskClient) -> None:
    address = f"2001:db8:4:{uuid4().hex[:4]}::1"
    for path in ("/healthz", "/readyz", "/assets/page/look.css"):
        assert {ask(client, address, path=path) for _ in range(A_MINUTE + 1)} == {200}
