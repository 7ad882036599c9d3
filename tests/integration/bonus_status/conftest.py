"""bonus_status on a real database, fed as its consumer would be."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.integration.bonus_status.desk import Desk
from tests.support.clock import SteppedClock


@pytest.fixture
def desk(service_engine: Callable[[str], Engine], clock: SteppedClock) -> Desk:
    """The service in the session's database, with a member and a store of this test alone."""
    return Desk(service_engine("bonus_status"), clock)


@pytest.fixture
def fresh_desk(fresh_engine: Callable[[str], Engine], clock: SteppedClock) -> Desk:
    """The service in a database of this test alone."""
    return Desk(fresh_engine("bonus_status"), clock)
