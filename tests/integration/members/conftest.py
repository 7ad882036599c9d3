"""The members app on a real database, and callers with each right."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.members.app import build
from services.members.config import Settings
from tests.integration.payout.world import Operator
from tests.support.clock import SteppedClock
from tests.support.processes import serving

CLERK = {"Authorization": "Bearer clerk"}
SERVICE = {"Authorization": "Bearer service"}


@dataclass(frozen=True)
class Desk:
    """A caller of the app."""

    app: Flask

    def ask(self, method: str, path: str, *, key: dict[str, str], **options: Any) -> TestResponse:
        return self.app.test_client(use_cookies=False).open(
            path, method=method, headers=key, **options
        )

    def register(self, **fields: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/members", key=CLERK, json={"phone": new_phone()} | fields)
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    def link(self, member_id: str) -> str:
        answer = self.ask("POST", f"/members/{member_id}/sessions", key=CLERK)
        assert answer.status_code == 201, answer.text
        return answer.get_json()["sign_in_url"]

    def cookie(self, member_id: str) -> str:
        answer = self.ask("POST", f"/members/{member_id}/sessions", key=CLERK)
        assert answer.status_code == 201, answer.text
        return answer.get_json()["cookie"]

    def browser(self) -> FlaskClient:
        return self.app.test_client()


def new_phone() -> str:
    """A number that no other test uses."""
    return f"+7926{secrets.randbelow(10**7):07d}"


def settings(database_url: str, **changes: Any) -> Settings:
    """The settings of a test's app."""
    values: dict[str, Any] = {
        "app_env": "local",
        "database_url": database_url,
        "redis_url": "redis://127.0.0.1:1/0",  # away: each app counts in its own memory
        "kafka_bootstrap": "127.0.0.1:1",
        "listen_host": "127.0.0.1",
        "listen_port": 0,
        "monitor_port": 0,
        "operator_key": "clerk",
        "service_key": "service",
        "session_keys": (b"k" * 32,),
        "session_days": 30,
        "session_minutes": 15,
        "captcha_bits": 4,
        "account_url": "http://account.test",
        "billing_url": "http://127.0.0.1:1",
    }
    return Settings(**(values | changes))


@pytest.fixture
def opened(service_url: Callable[[str], str], clock: SteppedClock) -> Iterator[Callable[..., Desk]]:
    """`opened(app_env="production")`: an app with other settings, on this session's database."""
    with ExitStack() as cleanup:

        def open_with(**changes: Any) -> Desk:
            app = build(settings(service_url("members"), **changes), clock)
            cleanup.callback(app.extensions["members"].engine.dispose)
            return Desk(app)

        yield open_with


@pytest.fixture
def desk(opened: Callable[..., Desk]) -> Desk:
    """The app with its usual settings."""
    return opened()


@pytest.fixture(scope="session")
def _billing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    folder = tmp_path_factory.mktemp("billing")
    with serving("sandbox", "operator_billing", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield Operator(url)


@pytest.fixture
def operator(_billing: Operator) -> Iterator[Operator]:
    """The sandbox's billing as a process, healthy before and after the test."""
    yield _billing
    _billing.clear()
