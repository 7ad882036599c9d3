"""The stand-in of the networks as a process, the service's app, and pulls between the two.

The stand-in's moments are real ones, so the clock of these tests is too.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from services.partner_postback.api.app import build
from services.partner_postback.config import Settings
from shared.clock import utc_now
from tests.integration.partner_postback.partner import Desk
from tests.integration.partner_postback.pulls.pulling import Pull
from tests.support.clock import SteppedClock
from tests.support.networks import StandIn, stand_in


@pytest.fixture(scope="session")
def _networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("networks")) as running:
        yield running


@pytest.fixture
def networks(_networks: StandIn) -> StandIn:
    _networks.reset()
    return _networks


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: the job takes every pull that is due."""
    return fresh_engine("partner_postback")


@pytest.fixture
def desk(settings: Settings, engine: Engine) -> Iterator[Desk]:
    clock = SteppedClock(utc_now().replace(microsecond=0))
    app = build(replace(settings, allows_plain_http=True), clock)
    with app.test_client() as client:
        desk = Desk(client, engine, clock)
        desk.store()
        desk.rate("USD", 80_000_000)
        yield desk
    app.extensions["engine"].dispose()


@pytest.fixture
def pull_of(desk: Desk, networks: StandIn) -> Callable[..., Pull]:
    """`pull_of("awin_transactions")`: a pull that was set up."""
    partner = desk.partner()

    def make(kind: str, **options: Any) -> Pull:
        pull = Pull(desk, partner, networks, kind, **options)
        pull.set_up()
        return pull

    return make
