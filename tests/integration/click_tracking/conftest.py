"""click_tracking running beside the session's Kafka, and stores that belong to one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import topics
from tests.integration.click_tracking.running import ClickTracking, Said


@pytest.fixture(scope="session")
def bootstrap(kafka_bootstrap: str) -> str:
    """The session's Kafka with the topics of the contract."""
    topics.create(kafka_bootstrap)
    return kafka_bootstrap


@pytest.fixture(scope="session")
def standing(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickTracking]:
    """The service with both processes running, for all tests that do it no harm."""
    tracking = ClickTracking(tmp_path_factory.mktemp("standing"), bootstrap)
    tracking.start("web")
    tracking.start("ship")
    yield tracking
    tracking.stop()


@pytest.fixture
def fresh(bootstrap: str, tmp_path: Path) -> Iterator[ClickTracking]:
    """The service of one test, nothing started yet; what the test starts is stopped."""
    tracking = ClickTracking(tmp_path, bootstrap)
    yield tracking
    tracking.stop()


@pytest.fixture
def said(bootstrap: str) -> Iterator[Said]:
    """The events of clicks, from now on."""
    listening = Said(bootstrap)
    yield listening
    listening.close()
