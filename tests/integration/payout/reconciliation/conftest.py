"""A world whose operator lives by the test's own clock, so that its days can be over."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.reconciliation.reconciling import Desk
from services.sandbox.config import Settings as SandboxSettings
from services.sandbox.operator_billing import app as operator_billing
from shared.http_client import HttpClient
from tests.integration.payout.conftest import PATIENCE, RECONCILING
from tests.integration.payout.reconciliation.books import Books
from tests.integration.payout.world import CLERK_KEY, Operator, World
from tests.support.clock import SteppedClock
from tests.support.serving import answering


def serving(folder: Path, clock: SteppedClock) -> AbstractContextManager[str]:
    """The sandbox's billing over real HTTP, at the test's clock, with books of its own."""
    settings = SandboxSettings(folder, "127.0.0.1", 0, folder, "http://nobody.test", "", (), "INFO")
    return answering(operator_billing.build(settings, clock))


@pytest.fixture
def operator_url(tmp_path: Path, clock: SteppedClock) -> Iterator[str]:
    with serving(tmp_path, clock) as url:
        yield url


@pytest.fixture
def books(
    engine: Engine, operator_url: str, members_url: str, clock: SteppedClock, settings: Settings
) -> Books:
    """Payout's books and the operator's, with a clerk between them."""
    members = HttpClient(members_url, bearer=CLERK_KEY)
    world = World(engine, Operator(operator_url), members, clock, PATIENCE)
    desk = Desk(engine, RECONCILING, clock)
    client: FlaskClient = build(with_billing(settings, operator_url), engine, clock).test_client()
    return Books(world, desk, client)


def with_billing(settings: Settings, url: str) -> Settings:
    """The same settings with that operator."""
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return Settings(**values | {"billing_url": url})
