"""The website's app, with the services behind it played by threads that a test can switch."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.account.app import build
from services.account.config import Settings
from services.account.services import Service
from services.account.shop.window import Window
from shared.http_client import HttpClient
from tests.integration.account.neighbours import Catalog, Members
from tests.support.clock import SteppedClock
from tests.support.serving import answering
from tests.support.session import REQUESTS_A_MINUTE

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="session")
def _catalog() -> Catalog:
    return Catalog()


@pytest.fixture(scope="session")
def _members() -> Members:
    return Members()


@pytest.fixture(scope="session")
def _site(redis_url: str, _catalog: Catalog, _members: Members) -> Iterator[Flask]:
    with answering(_catalog.app()) as catalog_url, answering(_members.app()) as members_url:
        yield build(
            Settings(
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
                notifications_url=NOWHERE,
                requests_a_minute=REQUESTS_A_MINUTE,
            )
        )


@pytest.fixture
def catalog(_catalog: Catalog, clock: SteppedClock) -> Catalog:
    """The catalog: move `clock`, switch `is_away`, fill `paused`, raise `revision`."""
    _catalog.begin(clock)
    return _catalog


@pytest.fixture
def members(_members: Members) -> Members:
    """Members: switch `is_away`; `sign_in()` makes one."""
    _members.favourites, _members.is_away = {}, False
    return _members


@pytest.fixture
def site(_site: Flask, catalog: Catalog, members: Members) -> Flask:
    """The whole app, built once a session; for every page it asks the catalog anew."""
    del catalog, members  # they begin anew
    desk = _site.extensions["account"]
    # A new client: the breaker of the last one may have opened.
    client = HttpClient(desk.settings.catalog_url)
    _site.extensions["shop"] = Window(Service(client), fresh_seconds=0)
    return _site


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
        page = client.get("/stores/aliexpress").text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return client.post(path, data={"csrf_token": token, **fields})

    return post
