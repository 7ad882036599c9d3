"""The website before a real members service; what else it asks is answered by the tests."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from services.account.app import build
from services.account.config import Settings
from services.members.app import build as build_members
from services.members.captcha.challenges import work
from tests.integration.members.conftest import Desk
from tests.integration.members.conftest import settings as settings_of_members
from tests.integration.members.people import Person
from tests.support.clock import SteppedClock
from tests.support.serving import answering
from tests.support.session import REQUESTS_A_MINUTE

NOWHERE = "http://127.0.0.1:1"
BASE = "http://site.test"
_FIELD = re.compile(r'<input[^>]*name="(?P<name>[^"]+)"[^>]*value="(?P<value>[^"]*)"')
_WORK = re.compile(r'data-captcha="(?P<challenge>[^"]+)" data-bits="(?P<bits>\d+)"')
_FAULT = re.compile(r'<p class="fault"[^>]*>(?P<said>[^<]*)</p>')


@dataclass
class Browser:
    """Somebody's browser, without scripts: it sends forms as they stand in the page."""

    client: FlaskClient
    address: str = "192.0.2.1"
    page: TestResponse = field(init=False)

    def opens(self, path: str, **headers: str) -> TestResponse:
        self.page = self.client.get(path, headers=headers, buffered=True, **self._from())
        return self.page

    def sends(self, path: str, **typed: str) -> TestResponse:
        """Send the form of the page that is open, with what was typed."""
        hidden = {one["name"]: unescape(one["value"]) for one in _FIELD.finditer(self.page.text)}
        self.page = self.client.post(
            path, data=self.solved() | {"csrf_token": hidden["csrf_token"]} | typed, **self._from()
        )
        return self.page

    def solved(self) -> dict[str, str]:
        """The captcha of the page, as its script solves it."""
        found = _WORK.search(self.page.text)
        if found is None:
            return {}
        return {
            "work_challenge": found["challenge"],
            "answer": work(found["challenge"], int(found["bits"])),
        }

    def follows(self) -> TestResponse:
        assert self.page.status_code == 303, self.page.text
        return self.opens(self.page.headers["Location"])

    def faults(self) -> list[str]:
        return [unescape(one["said"]) for one in _FAULT.finditer(self.page.text)]

    def _from(self) -> dict[str, Any]:
        return {"base_url": BASE, "environ_base": {"REMOTE_ADDR": self.address}}


def settings(**changes: Any) -> Settings:
    """The settings of a test's site; nobody else answers unless a test says who."""
    urls = (
        "account",
        "members",
        "catalog",
        "bonus_status",
        "payout",
        "notifications",
        "click_tracking",
    )
    values: dict[str, Any] = {
        "app_env": "local",
        "redis_url": "redis://127.0.0.1:1/0",
        "listen_host": "127.0.0.1",
        "listen_port": 0,
        "service_key": "service",
        "site_key": b"s" * 32,
        "session_cookie_domain": None,
        "languages": ("en", "ru", "uk", "sv"),
        "requests_a_minute": REQUESTS_A_MINUTE,
        **{f"{name}_url": NOWHERE for name in urls},
    }
    return Settings(**(values | changes))


@pytest.fixture
def served() -> Iterator[Callable[[Flask], str]]:
    """`served(app)`: an app over real HTTP, for as long as the test runs."""
    with ExitStack() as opened:
        yield lambda app: opened.enter_context(answering(app))


@pytest.fixture
def members(
    service_url: Callable[[str], str], clock: SteppedClock, served: Callable[[Flask], str]
) -> Iterator[tuple[Desk, str]]:
    """The members service itself, and where it answers."""
    app = build_members(settings_of_members(service_url("members")), clock)
    yield Desk(app), served(app)
    app.extensions["members"].engine.dispose()


@pytest.fixture
def site(redis_url: str, clock: SteppedClock, members: tuple[Desk, str]) -> Flask:
    """The website."""
    return build(settings(redis_url=redis_url, members_url=members[1]), clock)


@pytest.fixture
def browser(site: Flask) -> Browser:
    """A stranger's browser."""
    return Browser(site.test_client())


@pytest.fixture
def person(members: tuple[Desk, str]) -> Person:
    """Somebody with a phone and a mailbox."""
    desk = members[0]
    engine: Engine = desk.app.extensions["members"].engine
    return Person(desk, engine)
