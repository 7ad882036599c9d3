"""A batch costs what it holds, not what the tables hold."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine

from services.partner_postback.store import loading
from shared.database import raw

STORED, ASKED = 100_000, 1_000
_STORE = """
INSERT INTO conversions (conversion_id, partner_id, order_id, line_id, action, store_id, member_id,
    click_id, clicked_at, status, paid_minor, currency, rate_micro, ordered_at, receipt_id,
    version, changed_at)
SELECT gen_random_uuid(), 'plans-' || place / 50000, place, '1', 'sale', 'aliexpress',
    gen_random_uuid(), 'click', now(), 'reported', 100, 'RUB', 1000000, now(), gen_random_uuid(),
    1, now() + place / 500 * interval '1 second'
FROM generate_series(1, %s) AS place
"""


class Explaining:
    """A connection that keeps which indexes of a table the last statement would read."""

    def __init__(self, plain: psycopg.Connection[Any]) -> None:
        self._plain = plain
        self.read: set[str] = set()

    def execute(self, statement: str, values: Any) -> psycopg.Cursor[Any]:
        """Explain the statement, then execute it."""
        told = self._plain.execute(f"EXPLAIN {statement}".encode(), values)
        plan = "\n".join(str(row[0]) for row in told)
        self.read = set(re.findall(r"(?:using|Scan on) (conversions\w*)", plan))
        return self._plain.execute(statement.encode(), values)


@pytest.fixture
def explaining(engine: Engine) -> Iterator[Explaining]:
    """A connection to many conversions of few moments, gone with the test."""
    with engine.connect() as connection:
        plain = raw(connection)
        plain.execute(_STORE, [STORED])
        plain.execute("ANALYZE conversions")
        yield Explaining(plain)
        plain.rollback()


def test_a_batchs_conversions_are_looked_up_by_their_ids(explaining: Explaining) -> None:
    """What would break it: another index with the id behind few values, read from end to end."""
    wanted = loading.Wanted(
        conversion_ids=[uuid4() for _ in range(ASKED)],
        orders=[("plans-1", str(place)) for place in range(ASKED // 2)],
        whole_orders=[],
        carts=[],
        transports=[],
        store_numbers=[1],
        currencies=["RUB"],
        named=[],
        senders=["plans-1"],
        now=datetime(2026, 11, 20, tzinfo=UTC),
    )
    loading.load(explaining, wanted)  # type: ignore[arg-type]
    assert "conversions_pkey" in explaining.read
    assert "conversions_by_change" not in explaining.read
