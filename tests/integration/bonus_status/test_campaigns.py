"""Campaigns add to purchases within their caps; the last one at an edge gets the rest."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.bonus_status.api import client_of
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import gifts, granted, put
from tests.support import bonuses


@pytest.fixture
def client(fresh_desk: Desk) -> FlaskClient:
    fresh_desk.hear(fresh_desk.store(group="travel"))
    return client_of(fresh_desk)


def buy(desk: Desk, status: str = "approved", **changes: Any) -> str:
    line = changes.pop("line", None) or bonuses.new_id()
    desk.hear(desk.conversion(line, **({"status": status} | changes)))
    return str(line)


def test_double_follows_its_purchase_in_amount_and_status(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "double", "campaign", times=2)
    line = buy(fresh_desk, "reported")
    assert fresh_desk.has(pending=152)
    buy(fresh_desk, "approved", line=line, paid_minor=50_000)
    assert fresh_desk.has(accrued=70)
    buy(fresh_desk, "returned", line=line, paid_minor=0)
    assert gifts(fresh_desk, "campaign") == [("rejected", 35)]
    assert granted(fresh_desk, "double") == 0
    assert fresh_desk.has()
    assert fresh_desk.books_are_right()


def test_a_campaign_is_for_its_group_store_category_and_time(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "travel", "campaign", basis_points=500, groups=["travel"])
    put(client, "elsewhere", "campaign", times=2, stores=["elsewhere"])
    put(client, "books", "campaign", times=2, categories=["books"])
    put(client, "over", "campaign", times=2, valid_until="2026-11-20T10:00:00Z")
    put(client, "off", "campaign", times=2, is_on=False)
    buy(fresh_desk)
    assert gifts(fresh_desk, "campaign") == [("accrued", 54)]


def test_an_order_and_a_store_in_a_month_have_caps_and_the_last_gets_the_rest(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "double", "campaign", times=2, most_an_order=100, most_a_store_and_month=150)
    first = buy(fresh_desk, order_id="A-1")
    buy(fresh_desk, order_id="A-1")
    buy(fresh_desk, order_id="A-2")
    buy(fresh_desk, order_id="A-3")
    assert sorted(one for _, one in gifts(fresh_desk, "campaign")) == [24, 50, 76]
    buy(fresh_desk, order_id="A-4", ordered_at="2026-11-30T21:00:00Z")  # December in Moscow
    assert granted(fresh_desk, "double") == 226
    buy(fresh_desk, "declined", line=first, order_id="A-1")
    assert granted(fresh_desk, "double") == 150
    assert fresh_desk.books_are_right()


def test_an_order_that_is_dated_anew_stays_in_its_month(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    """What would break it: caps of the month that is said now, which nobody has used yet."""
    put(client, "double", "campaign", times=2, most_a_store_and_month=100)
    line = buy(fresh_desk, paid_minor=50_000)
    buy(fresh_desk)
    assert granted(fresh_desk, "double") == 100
    buy(fresh_desk, line=line, paid_minor=1_099_000, ordered_at="2026-12-01T10:30:00Z")
    assert granted(fresh_desk, "double") == 100
    assert fresh_desk.waiting() == []
    assert fresh_desk.books_are_right()


def test_the_total_cap_is_never_passed(fresh_desk: Desk, client: FlaskClient) -> None:
    put(client, "double", "campaign", times=2, total_cap=100)
    for _ in range(3):
        buy(fresh_desk)
    assert sorted(one for _, one in gifts(fresh_desk, "campaign")) == [24, 76]
    assert fresh_desk.books_are_right()


def test_a_bonus_keeps_the_version_of_the_rule_that_opened_it(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "more", "campaign", times=2)
    line = buy(fresh_desk, "reported")
    put(client, "more", "campaign", times=3, is_on=False)
    buy(fresh_desk, "approved", line=line)
    assert gifts(fresh_desk, "campaign") == [("accrued", 76)]


def tell(engine_of: Desk, size: int) -> Any:
    """One story of a new member at a new store, in batches of a size, each delivered twice."""
    desk = Desk(engine_of.engine, engine_of.clock)
    client = client_of(desk)
    desk.hear(desk.store())
    capped = {"total_cap": 300, "most_a_store_and_month": 250, "stores": [desk.store_id]}
    put(client, f"double-{desk.store_id}", "campaign", times=2, **capped)
    lines = [bonuses.new_id() for _ in range(6)]
    november, december = "2026-11-20T10:30:00Z", "2026-12-01T10:30:00Z"
    told = [
        ("reported", 109_900, 6, november),
        ("approved", 80_000, 6, november),
        ("approved", 120_000, 6, december),
        ("declined", 80_000, 2, november),
    ]
    said = [
        desk.conversion(line, status=status, paid_minor=paid, order_id=line, ordered_at=ordered_at)
        for status, paid, count, ordered_at in told
        for line in lines[:count]
    ]
    for begin in range(0, len(said), size):
        for _ in range(2):
            desk.hear(*said[begin : begin + size])
    return sorted(gifts(desk, "campaign")), gifts(desk, "first_purchase"), desk.balance()


def test_batches_of_any_size_and_redelivery_end_alike(
    fresh_desk: Desk, client: FlaskClient
) -> None:
    put(client, "first", "first_purchase", amount=200)
    one_by_one = tell(fresh_desk, 1)
    assert one_by_one[1] == [("accrued", 200)]
    assert tell(fresh_desk, 4) == one_by_one
    assert tell(fresh_desk, 100) == one_by_one
    assert fresh_desk.books_are_right()
