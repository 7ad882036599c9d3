"""Fixtures that every test may ask for; each real server starts only when a test asks for it.

The folder of a test says which service it is about: tests/integration/<service>/…
"""

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from shared.kafka import create_topics
from tests.support import databases, servers, session
from tests.support.clock import SteppedClock
from tests.support.servers import Addresses

_LONGEST_ID = 80
FIRST_MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process makes the folder that it shares with its xdist workers."""
    # A broker of a few minutes does not earn back what its best compiler costs.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    if not hasattr(config, "workerinput"):
        session.start()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text by its length: xdist's workers send the names of all tests about."""
    if isinstance(val, (str, bytes)) and len(val) > _LONGEST_ID:
        return f"{argname} of {len(val)}"
    return None


def pytest_collection_finish() -> None:
    """Seven thousand tests stay to the end: no collection of garbage looks at them again."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    """Say where the real servers of this session come from."""
    return f"real PostgreSQL, Redis and Kafka: {servers.place()}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process ends what any worker started."""
    if not hasattr(config, "workerinput"):
        if servers.are_given():
            databases.forget_templates(servers.addresses().postgres_dsn)
        servers.stop()
        session.close()


@pytest.fixture(scope="session")
def addresses() -> Addresses:
    """The real servers, started now if this is the first test to ask."""
    return servers.addresses()


@pytest.fixture(scope="session")
def redis_url(addresses: Addresses) -> str:
    """The real Redis."""
    return addresses.redis_url


@pytest.fixture(scope="session")
def kafka_bootstrap(addresses: Addresses) -> str:
    """The real Kafka; ask `topic` for a topic of your own on it."""
    return addresses.kafka_bootstrap


@pytest.fixture(scope="session")
def service_url(addresses: Addresses) -> Iterator[Callable[[str], str]]:
    """`service_url("payout")`: this session's database as that role, migrated by its own code."""
    with ExitStack() as cleanup:
        yield databases.fresh_database(addresses.postgres_dsn, cleanup)


@pytest.fixture
def fresh_service_url(addresses: Addresses) -> Iterator[Callable[[str], str]]:
    """The same in a database of this test alone: for tests about commits, crashes and races."""
    with ExitStack() as cleanup:
        yield databases.fresh_database(addresses.postgres_dsn, cleanup)


@pytest.fixture(scope="session")
def service_engine(service_url: Callable[[str], str]) -> Iterator[Callable[[str], Engine]]:
    """`service_engine("payout")`: one engine for the session on that service's schema."""
    with ExitStack() as cleanup:
        yield databases.engines(service_url, cleanup)


@pytest.fixture
def fresh_engine(fresh_service_url: Callable[[str], str]) -> Iterator[Callable[[str], Engine]]:
    """`fresh_engine("payout")`: an engine on a database of this test alone."""
    with ExitStack() as cleanup:
        yield databases.engines(fresh_service_url, cleanup)


@pytest.fixture
def service(request: pytest.FixtureRequest) -> str:
    """The service that this test is about, by its folder."""
    return _folder_after("integration", request.path)


@pytest.fixture
def connection(service_engine: Callable[[str], Engine], service: str) -> Iterator[Connection]:
    """A connection to this test's service inside a transaction that is rolled back afterwards."""
    with service_engine(service).connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture
def topic(kafka_bootstrap: str) -> Callable[..., str]:
    """`topic("clicks", partitions=3)`: a topic of this test alone; answers its name."""
    prefix = f"test-{secrets.token_hex(4)}"

    def make(name: str, *, partitions: int = 3) -> str:
        create_topics(kafka_bootstrap, {f"{prefix}-{name}": (partitions, {})})
        return f"{prefix}-{name}"

    return make


@pytest.fixture
def group() -> str:
    """A consumer group of this test alone."""
    return f"test-{secrets.token_hex(4)}"


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands still until the test moves it."""
    return SteppedClock(FIRST_MOMENT)


def _folder_after(name: str, path: Path) -> str:
    return path.parts[path.parts.index(name) + 1]
