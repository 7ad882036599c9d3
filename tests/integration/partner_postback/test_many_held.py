"""A hundred thousand that wait cost nobody anything: not the query for what is due, not others."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from services.partner_postback.store import held
from tests.integration.partner_postback.partner import Desk

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


def seconds_to_ask(desk: Desk) -> float:
    began = time.perf_counter()
    with desk.engine.connect() as connection:
        for _ in range(REPEATS):
            due = held.due(
                connection,
                now=desk.clock(),
                started_at=desk.clock() - timedelta(days=1),
                limit=200,
            )
            assert due == []
    return (time.perf_counter() - began) / REPEATS


def test_what_is_due_is_found_as_fast_among_many(desk: Desk) -> None:
    """INVARIANT: a query that looks at each row that waits would break it, by a factor of 100."""
    partner = desk.partner()
    desk.store()
    few = seconds_to_ask(desk)
    desk.clock.move(timedelta(hours=1))
    fill(desk, partner.partner_id, MANY)
    assert seconds_to_ask(desk) < 5 * few + 0.005
    analyze(desk)  # the planner knows of them now
    assert seconds_to_ask(desk) < 5 * few + 0.005


def test_reports_are_taken_as_fast_while_many_wait(desk: Desk) -> None:
    partner = desk.partner()
    desk.store()

    def seconds_to_send() -> float:
        began = time.perf_counter()
        for _ in range(REPEATS):
            assert partner.send(partner.report()).status_code == 200
        return (time.perf_counter() - began) / REPEATS

    seconds_to_send()
    few = seconds_to_send()
    fill(desk, partner.partner_id, MANY)
    assert seconds_to_send() < 3 * few + 0.005
    analyze(desk)
    assert seconds_to_send() < 3 * few + 0.005
