"""A signed-in member's browser, without scripts, before the site and its neighbours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from requests import Request
from werkzeug.test import TestResponse

from services.account.app import build
from services.account.config import Settings
from tests.integration.account.me.neighbours import MEMBER, Neighbours
from tests.support.serving import answering
from tests.support.session import REQUESTS_A_MINUTE

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass
class Reader:
    """A browser that opens pages and sends the forms that stand in them."""

    client: FlaskClient
    page: TestResponse = field(init=False)

    def opens(self, path: str) -> str:
        """Open a page; answers what can be read in it."""
        self.page = self.client.get(path)
        return self.text

    def sends(self, path: str, file: tuple[str, bytes] | None = None, **typed: str) -> str:
        """Send a form of the page that is open, with a file; a redirect is followed."""
        token = _TOKEN.search(self.page.text)
        assert token is not None, self.page.text
        form: dict[str, Any] = {"data": {"csrf_token": token[1], **typed}}
        if file is not None:
            # Encoded here: the test client leaves its temporary files of large bodies open.
            sent = Request("POST", "http://site.test", files={"file": file}, **form).prepare()
            form = {"data": sent.body, "content_type": sent.headers["Content-Type"]}
        self.page = self.client.post(path, **form)
        if self.page.status_code == 303:
            return self.opens(self.page.headers["Location"])
        return self.text

    @property
    def text(self) -> str:
        """What stands in the middle of the page, without its tags."""
        main = self.page.text.partition("<main")[2].partition("</main>")[0]
        return " ".join(unescape(_TAG.sub(" ", main)).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="session")
def _neighbours() -> Iterator[tuple[Neighbours, str]]:
    neighbours = Neighbours()
    with answering(neighbours.app()) as url:
        yield neighbours, url


@pytest.fixture(scope="session")
def _account(redis_url: str, _neighbours: tuple[Neighbours, str]) -> Flask:
    url = _neighbours[1]
    settings = Settings(
        app_env="local",
        redis_url=redis_url,
        listen_host="127.0.0.1",
        listen_port=0,
        service_key="service",
        site_key=b"s" * 32,
        session_cookie_domain=None,
        languages=("en", "ru", "uk", "sv"),
        account_url="http://account.test",
        members_url=url,
        catalog_url=url,
        bonus_status_url=url,
        payout_url=url,
        click_tracking_url=url,
        notifications_url=url,
        requests_a_minute=REQUESTS_A_MINUTE,
    )
    return build(settings)


@pytest.fixture
def account(_account: Flask) -> Flask:
    """The site's app."""
    return _account


@pytest.fixture
def neighbours(_neighbours: tuple[Neighbours, str]) -> Neighbours:
    """What the site asks: change `answers`, read what was `heard`."""
    _neighbours[0].begin()
    return _neighbours[0]


@pytest.fixture
def reader(account: Flask, neighbours: Neighbours) -> Iterator[Reader]:
    """A member's browser."""
    assert not neighbours.heard
    with account.test_client() as client:
        with client.session_transaction() as session:
            session["member"] = {
                "member_id": MEMBER,
                "device_id": "",
                "device_secret": "",
                "token": "token",
                "ends_at": "2036-01-01T00:00:00+00:00",
            }
        yield Reader(client)
