"""The catalogue's app on this test's own database, and files to import into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.catalog import app, config, handlers
from services.catalog.config import Settings
from tests.support.clock import SteppedClock
from tests.unit.catalog.files import read

SHIPPED = Path(__file__).parents[3] / "services" / "catalog" / "stores.yaml"

OPERATOR = {"Authorization": "Bearer operator-key"}
EVENTS = text("""
SELECT aggregate_id, version, message::jsonb -> 'data' AS data FROM event_log ORDER BY position
""")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as the environment gives them."""
    for name, value in {
        "DATABASE_URL": "postgresql://catalog@127.0.0.1:1/cashback",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": "operator-key",
        "SERVICE_KEY": "service-key",
        "CLICK_TRACKING_URL": "http://clicks.test",
        "PARTNER_SHOP_URL": "http://shop.test",
    }.items():
        monkeypatch.setenv(name, value)
    return config.from_environment()


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """The catalogue's schema in a database of this test alone."""
    return fresh_engine("catalog")


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> Iterator[FlaskClient]:
    """The whole app."""
    with app.build(settings, engine, clock).test_client() as opened:
        yield opened


@pytest.fixture(scope="session")
def shipped_engine(service_engine: Callable[[str], Engine]) -> Engine:
    """This session's database with the shipped stores, for tests that only read."""
    engine = service_engine("catalog")
    file = read(SHIPPED.read_bytes())
    with engine.begin() as connection:
        handlers.import_file(connection, file, datetime(2026, 11, 23, tzinfo=UTC), dry_run=False)
    return engine


@pytest.fixture
def visitor(
    settings: Settings, shipped_engine: Engine, clock: SteppedClock
) -> Iterator[FlaskClient]:
    """The whole app over the shipped stores."""
    with app.build(settings, shipped_engine, clock).test_client() as opened:
        yield opened


@pytest.fixture
def post_file(client: FlaskClient) -> Callable[..., Any]:
    """`post_file(text)`: import a file as the operator; answers the response."""

    def post(said: str | bytes, *, query: str = "", media_type: str = "application/yaml") -> Any:
        headers = {**OPERATOR, "Content-Type": media_type}
        return client.post(f"/api/imports{query}", data=said, headers=headers)

    return post


@pytest.fixture
def said(engine: Engine) -> Callable[[], list[Any]]:
    """`said()`: the events that the catalogue has said, in order."""

    def read() -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(EVENTS).all())

    return read
