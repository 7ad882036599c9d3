"""A hundred thousand that wait cost nobody anything: not the query for what is due, not others."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.store import held
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLICK_KEY, Desk

MANY = 100_000
CODES = (
    "unknown_order", "unknown_store", "no_rate", "unknown_click", "click_of_other_store",
    "store_paused", "suspected_fraud", "cart_incomplete", "over_cap", "other_click",
)  # fmt: skip
# With receipts out of the way: what is asked for is the queue.
WAITING = """
ALTER TABLE held DROP CONSTRAINT held_of_receipt;
INSERT INTO held (receipt_id, code, partner_id, order_id, store_number, currency, conversion_id,
                  since, tried_at, not_before, is_due, rule)
SELECT gen_random_uuid(), (CAST(:codes AS text[]))[1 + number % 10], :partner_id,
       'W-' || number, :store_number, 'XAU', gen_random_uuid(), :now, :now, :now, false, 'a-rule'
FROM generate_series(1, :many) AS number;
"""
REPEATS = 20


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: what is due is asked of all that is held."""
    return fresh_engine("partner_postback")


def fill(desk: Desk, partner_id: str, many: int) -> None:
    with desk.engine.begin() as connection:
        asked = {
            "codes": list(CODES),
            "partner_id": partner_id,
            "store_number": desk.number,
            "now": desk.clock(),
            "many": many,
        }
        for statement in WAITING.strip().split(";")[:-1]:
            used = {name: value for name, value in asked.items() if f":{name}" in statement}
            connection.execute(text(statement), used)


def analyze(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("ANALYZE held"))


def quickest(act: Callable[[], None]) -> float:
    """The least of some times: what others do on this machine meanwhile is no matter."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)


def seconds_to_ask(desk: Desk) -> float:
    def ask() -> None:
        started_at = desk.clock() - timedelta(days=1)
        with desk.engine.connect() as connection:
            assert held.due(connection, now=desk.clock(), started_at=started_at, limit=200) == []

    return quickest(ask)


def test_what_is_due_is_found_as_fast_among_many(desk: Desk) -> None:
    """INVARIANT: a query that looks at each row that waits would break it, by a factor of 100."""
    partner = desk.partner()
    desk.store()
    few = seconds_to_ask(desk)
    desk.clock.move(timedelta(hours=1))
    fill(desk, partner.partner_id, MANY)
    assert seconds_to_ask(desk) < 5 * few + 0.01
    analyze(desk)  # the planner knows of them now
    assert seconds_to_ask(desk) < 5 * few + 0.01


def test_reports_are_taken_as_fast_while_many_wait(desk: Desk) -> None:
    partner = desk.partner()
    desk.store()

    def send() -> None:
        assert partner.send(partner.report()).status_code == 200

    few = quickest(send)
    fill(desk, partner.partner_id, MANY)
    assert quickest(send) < 3 * few + 0.01
    analyze(desk)
    assert quickest(send) < 3 * few + 0.01


def test_what_is_tried_in_vain_keeps_nothing_waiting(desk: Desk) -> None:
    """INVARIANT: the oldest first would try the same two hundred for ever."""
    partner = desk.partner()
    desk.store(days=10)
    old = [partner.report(click_id=partner.click(days=60)) for _ in range(205)]
    for report in [*old, partner.report(click_id=partner.click(days=20))]:
        assert partner.send(report).status_code == 202
    desk.clock.move(timedelta(minutes=10))
    desk.store(days=30)
    desk.clock.move(timedelta(seconds=1))
    clicks, started_at = ClickIds([CLICK_KEY]), desk.clock() - timedelta(days=1)
    again = HeldRetry(desk.engine, Directory(desk.engine), clicks, desk.clock, started_at)
    assert (again.retry_once(), again.retry_once()) == (200, 6)
    assert desk.count("conversions") == 1
    assert again.retry_once() == 0  # those that wait on pause before they are tried again
