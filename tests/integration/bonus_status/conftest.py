"""bonus_status on a real database, fed as its consumer would be."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.logs import Logs
from tests.integration.bonus_status.workshop import Workshop
from tests.support.clock import SteppedClock


@pytest.fixture
def desk(service_engine: Callable[[str], Engine], clock: SteppedClock) -> Desk:
    """The service in the session's database, with a member and a store of this test alone."""
    return Desk(service_engine("bonus_status"), clock)


@pytest.fixture
def fresh_desk(fresh_engine: Callable[[str], Engine], clock: SteppedClock) -> Desk:
    """The service in a database of this test alone."""
    return Desk(fresh_engine("bonus_status"), clock)


@pytest.fixture
def workshop(
    fresh_desk: Desk,
    fresh_engine: Callable[[str], Engine],
    fresh_service_url: Callable[[str], str],
) -> Workshop:
    """Where a desk's state is built again, from logs that other services keep."""
    return Workshop(Logs(fresh_desk, fresh_engine), fresh_service_url)
