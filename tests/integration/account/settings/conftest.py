"""The website before a real members service; the sums of bonuses and payouts are played."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from services.account.app import build
from tests.integration.account.entering.conftest import (
    Browser,
    browser,
    members,
    person,
    served,
    settings,
)
from tests.integration.account.entering.test_join import joins
from tests.integration.account.me.neighbours import Neighbours
from tests.integration.members.conftest import Desk
from tests.integration.members.people import Person
from tests.support.clock import SteppedClock

__all__ = ["browser", "members", "person", "served"]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def money() -> Neighbours:
    """Bonus_status, payout and notifications: change `answers`, read what was `heard`."""
    played = Neighbours()
    played.begin()
    return played


@pytest.fixture
def site(
    redis_url: str,
    clock: SteppedClock,
    members: tuple[Desk, str],
    money: Neighbours,
    served: Callable[[Flask], str],
) -> Flask:
    """The website."""
    url = served(money.app())
    played = dict.fromkeys(("bonus_status_url", "payout_url", "notifications_url"), url)
    return build(settings(redis_url=redis_url, members_url=members[1], **played), clock)


@pytest.fixture
def member(browser: Browser, person: Person, clock: SteppedClock) -> Browser:
    """The browser of a member who has just joined."""
    joins(browser, person)
    clock.move(2 * MINUTE)
    return browser


@pytest.fixture
def stranger(site: Flask) -> Browser:
    """Another browser."""
    return Browser(site.test_client())
