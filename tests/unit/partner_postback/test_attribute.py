"""Which purchase a click earns: one made after it, in time, at a store that the partner reports."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.partner_postback.domain.attribution import (
    CLOCKS_MAY_DIFFER,
    Click,
    Hold,
    Store,
    attribute,
)
from tests.unit.partner_postback.messages import ORDERED_AT

STORE = Store("aliexpress", 30, ["global-mall"])
MOMENT = timedelta(microseconds=1)


def click(before: timedelta) -> Click:
    """A click that long before the order."""
    return Click(UUID(int=7), ORDERED_AT - before, 1)


@pytest.mark.parametrize(
    ("before", "hold"),
    [
        (timedelta(hours=1), None),
        (timedelta(0), None),
        (timedelta(days=30), None),
        (timedelta(days=30) + MOMENT, Hold.CLICK_TOO_OLD),
        # The partner's clock may be behind ours: such an order looks as if it came first.
        (-CLOCKS_MAY_DIFFER, None),
        (-CLOCKS_MAY_DIFFER - MOMENT, Hold.ORDER_BEFORE_CLICK),
        (-timedelta(days=365), Hold.ORDER_BEFORE_CLICK),
    ],
)
def test_an_order_is_attributed_to_a_click_before_it(before: timedelta, hold: Hold | None) -> None:
    holds = list(attribute(ORDERED_AT, click(before), STORE, "global-mall"))
    assert holds == ([hold] if hold else [])


def test_what_is_unknown_is_said_before_what_is_too_late_or_too_early() -> None:
    early = click(-timedelta(days=1))
    assert list(attribute(ORDERED_AT, None, None, "global-mall")) == [Hold.UNKNOWN_CLICK]
    assert list(attribute(ORDERED_AT, early, None, "global-mall")) == [Hold.UNKNOWN_STORE]
    others = list(attribute(ORDERED_AT, early, STORE, "home-market"))
    assert others == [Hold.CLICK_OF_OTHER_STORE, Hold.ORDER_BEFORE_CLICK]
