"""Clicks and orders by day, and the alarm of a store whose ratio broke, until it is over."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.bonus_status.work.alarms import WatchRatios
from shared.schemas import rfc3339
from tests.integration.bonus_status.claiming import Claims
from tests.integration.bonus_status.desk import Desk
from tests.support.bonuses import new_id

CLICKS_A_DAY, ORDERS_A_DAY = 100, 8
_ADD_CLICKS = text("""
INSERT INTO clicks (click_id, member_id, store_id, clicked_at, repeat)
SELECT gen_random_uuid()::text, :member_id, :store_id, :at, is_repeat
FROM generate_series(1, :count), unnest(ARRAY[false, true]) AS is_repeat
""")


@pytest.fixture
def shop(fresh_desk: Desk) -> Claims:
    return Claims(fresh_desk)


def live(shop: Claims, days: int, orders_a_day: int = ORDERS_A_DAY) -> None:
    """Let days pass at the store; each order has two lines, and each click a repeat."""
    for _ in range(days):
        shop.desk.clock.move(timedelta(days=1))
        at = shop.desk.clock()
        _click(shop, at)
        said = [
            shop.desk.conversion(new_id(), at, order_id=order_id, clicked_at=rfc3339(at))
            for order_id in (new_id() for _ in range(orders_a_day))
            for _ in range(2)
        ]
        if said:
            shop.desk.hear(*said)


def _click(shop: Claims, at: datetime) -> None:
    row = {"member_id": shop.desk.member_id, "store_id": shop.desk.store_id, "at": at}
    with shop.desk.engine.begin() as connection:
        connection.execute(_ADD_CLICKS, {**row, "count": CLICKS_A_DAY})


def look(shop: Claims) -> None:
    """Let the job look the day after."""
    WatchRatios(shop.desk.engine, lambda: shop.desk.clock() + timedelta(days=1)).work()


def alarms(shop: Claims, query: str = "") -> list[dict[str, Any]]:
    return shop.clerk(f"/alarms{query}")


def test_an_ordinary_store_raises_no_alarm(shop: Claims) -> None:
    live(shop, 63)
    look(shop)
    assert alarms(shop) == []
    row = shop.desk.rows("SELECT sum(clicks) AS clicks, sum(orders) AS orders FROM store_days")[0]
    assert (row["clicks"], row["orders"]) == (63 * CLICKS_A_DAY, 63 * ORDERS_A_DAY)


def test_a_store_that_stops_reporting_raises_one_until_it_is_over(shop: Claims) -> None:
    live(shop, 56)
    look(shop)
    live(shop, 7, orders_a_day=0)
    look(shop)
    look(shop)
    (alarm,) = alarms(shop)
    assert (alarm["clicks"], alarm["orders"], alarm["clicks_before"]) == (700, 0, 5_600)
    assert (alarm["orders_before"], alarm["expected_orders"]) == (56 * ORDERS_A_DAY, 56.0)
    assert alarm["in_words"].startswith("700 clicks of the last 7 full days brought 0 orders")
    live(shop, 1, orders_a_day=0)
    look(shop)
    (goes_on,) = alarms(shop)
    assert goes_on["alarm_id"] == alarm["alarm_id"]
    assert goes_on["seen_on"] > goes_on["raised_on"] == alarm["raised_on"]
    live(shop, 8)
    look(shop)
    assert alarms(shop) == []
    (over,) = alarms(shop, "?ended=true")
    assert over["ended_on"] > over["seen_on"]


def test_clicks_that_come_late_are_counted_again(shop: Claims) -> None:
    live(shop, 3)
    look(shop)
    _click(shop, shop.desk.clock() - timedelta(days=1))
    look(shop)
    query = "SELECT clicks FROM store_days ORDER BY day"
    found = [row["clicks"] for row in shop.desk.rows(query)]
    assert found == [CLICKS_A_DAY, 2 * CLICKS_A_DAY, CLICKS_A_DAY]


def test_days_are_those_of_moscow(shop: Claims) -> None:
    _click(shop, datetime.fromisoformat("2026-11-22T20:59:00Z"))
    _click(shop, datetime.fromisoformat("2026-11-22T21:00:00Z"))
    look(shop)
    found = shop.desk.rows("SELECT day::text AS day FROM store_days ORDER BY day")
    assert [row["day"] for row in found] == ["2026-11-22", "2026-11-23"]
