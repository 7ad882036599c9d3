"""The website's app, with the services behind it played by threads that a test can switch."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.account.app import build
from services.account.config import Settings
from services.account.shop.window import Window
from tests.integration.account.neighbours import Catalog, Members, answering
from tests.support.clock import SteppedClock

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def catalog(clock: SteppedClock) -> Catalog:
    """The catalog: switch `is_away`, fill `paused`, raise `revision`."""
    return Catalog(clock)


@pytest.fixture
def members() -> Members:
    """Members: switch `is_away`; `sign_in()` makes one."""
    return Members()


@pytest.fixture
def settings(redis_url: str, catalog: Catalog, members: Members) -> Iterator[Settings]:
    """The website's settings."""
    with answering(catalog.app()) as catalog_url, answering(members.app()) as members_url:
        yield Settings(
            app_env="local",
            redis_url=redis_url,
            listen_host="127.0.0.1",
            listen_port=0,
            service_key="service",
            site_key=b"s" * 32,
            session_cookie_domain=None,
            languages=("ru", "en", "uk", "sv"),
            account_url="http://account.test",
            members_url=members_url,
            catalog_url=catalog_url,
            bonus_status_url=NOWHERE,
            payout_url=NOWHERE,
            click_tracking_url="http://clicks.test",
        )


@pytest.fixture
def site(settings: Settings, clock: SteppedClock) -> Flask:
    """The whole app; it asks the catalog anew for every page."""
    app = build(settings, clock)
    app.extensions["shop"] = Window(app.extensions["account"].services.catalog, fresh_seconds=0)
    return app


@pytest.fixture
def stranger(site: Flask) -> Iterator[FlaskClient]:
    """A visitor who is not signed in and reads English."""
    with site.test_client() as client:
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        yield client


@pytest.fixture
def member(site: Flask, members: Members) -> Iterator[FlaskClient]:
    """A visitor who is signed in and reads English."""
    with site.test_client() as client:
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        with client.session_transaction() as session:
            session["member"] = members.sign_in()
        yield client


@pytest.fixture
def send() -> Callable[..., Any]:
    """`send(client, path, **fields)`: send a form as a page of the site does."""

    def post(client: FlaskClient, path: str, **fields: str) -> Any:
        page = client.get("/enter").text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return client.post(path, data={"csrf_token": token, **fields})

    return post
