"""The service's real app on a real database, a partner that may send, and its store."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from services.partner_postback.api.app import build
from services.partner_postback.config import Settings
from tests.integration.partner_postback.partner import CLICK_KEY, OPERATOR_KEY, SERVICE_KEY, Desk
from tests.support.clock import LentClock, SteppedClock
from tests.support.databases import address_of


@pytest.fixture
def engine(service_engine: Callable[[str], Engine]) -> Engine:
    """The session's database: the writer commits, so each test has its own partner and store."""
    return service_engine("partner_postback")


@pytest.fixture
def settings(engine: Engine) -> Settings:
    return Settings(
        database_url=address_of(engine),
        kafka_bootstrap="127.0.0.1:1",
        listen_host="127.0.0.1",
        listen_port=0,
        monitor_port=0,
        operator_key=OPERATOR_KEY,
        service_key=SERVICE_KEY,
        click_keys=[CLICK_KEY],
        threads=8,
        webhooks_to_private_addresses=True,
    )


@pytest.fixture(scope="session")
def _apps() -> Iterator[dict[str, tuple[Flask, LentClock]]]:
    """The app on each database: to build one costs more than most tests do."""
    apps: dict[str, tuple[Flask, LentClock]] = {}
    yield apps
    for app, _ in apps.values():
        app.extensions["engine"].dispose()


@pytest.fixture
def app(
    settings: Settings, clock: SteppedClock, _apps: dict[str, tuple[Flask, LentClock]]
) -> Flask:
    """The app on this test's database, at its clock."""
    if settings.database_url not in _apps:
        lent = LentClock()
        _apps[settings.database_url] = build(settings, lent), lent
    app, lent = _apps[settings.database_url]
    lent.lent = clock
    app.extensions["directory"].forget()
    return app


@pytest.fixture
def desk(app: Flask, engine: Engine, clock: SteppedClock) -> Iterator[Desk]:
    """What a clerk and a partner do with the service, over its HTTP routes."""
    with app.test_client() as client:
        yield Desk(client, engine, clock)
