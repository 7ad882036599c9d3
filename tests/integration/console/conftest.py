"""The console on a real database and Redis, between members and bonus_status as they really are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine

from services.bonus_status.api.app import create_app as build_bonus_status
from services.console.app import build
from services.console.config import NEIGHBOURS, Settings
from services.members.app import build as build_members
from shared.clock import utc_now
from shared.identity import Access, Sessions
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.proving import prover_of
from tests.integration.console.browser import Clerk, clerk_of
from tests.integration.members.conftest import new_phone
from tests.integration.members.conftest import settings as members_settings
from tests.support.clock import SteppedClock
from tests.support.servers import Addresses
from tests.support.serving import answering
from tests.support.session import REQUESTS_A_MINUTE

NOWHERE = "http://127.0.0.1:1"
KEY = {"Authorization": "Bearer operator"}


@pytest.fixture(scope="session")
def neighbours(
    service_url: Callable[[str], str], service_engine: Callable[[str], Engine]
) -> Iterator[dict[str, str]]:
    """The addresses of all services; only members and bonus_status answer, the rest is away."""
    with ExitStack() as cleanup:
        members = build_members(members_settings(service_url("members"), operator_key="operator"))
        cleanup.callback(members.extensions["members"].engine.dispose)
        desk = Desk(service_engine("bonus_status"), SteppedClock(utc_now()))
        access = Access("operator", "service", Sessions([bytes(32)]))
        bonus_status = build_bonus_status(desk.engine, access, prover_of(desk))
        yield dict.fromkeys(NEIGHBOURS, NOWHERE) | {
            "members": cleanup.enter_context(answering(members)),
            "bonus_status": cleanup.enter_context(answering(bonus_status)),
        }


@pytest.fixture
def opened(
    service_url: Callable[[str], str],
    addresses: Addresses,
    neighbours: dict[str, str],
    clock: SteppedClock,
) -> Iterator[Callable[..., Flask]]:
    """`opened(app_env="production")`: the console with other settings."""
    with ExitStack() as cleanup:

        def open_with(**changes: Any) -> Flask:
            values: dict[str, Any] = {
                "app_env": "local",
                "database_url": service_url("console"),
                "redis_url": addresses.redis_url,
                "kafka_bootstrap": addresses.kafka_bootstrap,
                "listen_host": "127.0.0.1",
                "listen_port": 0,
                "operator_key": "operator",
                "clerk_keys": (b"c" * 32,),
                "urls": neighbours,
                "requests_a_minute": REQUESTS_A_MINUTE,
            }
            app = build(Settings(**(values | changes)), clock)
            cleanup.callback(app.extensions["console"].engine.dispose)
            return app

        yield open_with


@pytest.fixture
def console(opened: Callable[..., Flask]) -> Flask:
    """The console with its usual settings."""
    return opened()


@pytest.fixture
def clerk(console: Flask, clock: SteppedClock) -> Callable[..., Clerk]:
    """`clerk("finance")`: a new clerk who has signed in."""
    return lambda role="clerk": clerk_of(console, clock, role).sign_in()


@pytest.fixture
def member(neighbours: dict[str, str]) -> dict[str, Any]:
    """A member of this test alone."""
    sent = {"phone": new_phone(), "email": f"{uuid4().hex}@example.org"}
    answer = requests.post(f"{neighbours['members']}/members", json=sent, headers=KEY, timeout=5)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
