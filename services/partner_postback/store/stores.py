"""The stores as their topic tells them: what a click's number means, and what holds an order."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from shared.database import raw


@dataclass(frozen=True, slots=True)
class NamedCategories:
    """Which categories of goods a store's terms name from one moment up to another."""

    valid_from: datetime
    valid_to: datetime | None
    categories: Sequence[str]


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store as it is kept here; its columns in their order."""

    store_id: str
    number: int
    partner_id: str
    attribution_days: int
    status: str = "active"
    order_cap_rubles: int | None = None


_PUT = """
INSERT INTO stores (store_id, number, partner_id, attribution_days, status, order_cap_rubles,
                    changed_at)
SELECT *, %s FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::bigint[])
ON CONFLICT (store_id) DO UPDATE SET number = excluded.number, partner_id = excluded.partner_id,
    attribution_days = excluded.attribution_days, status = excluded.status,
    order_cap_rubles = excluded.order_cap_rubles, changed_at = excluded.changed_at
"""
_FORGET_TERMS = "DELETE FROM store_terms WHERE store_id = ANY(%s)"
_PUT_TERMS = """
INSERT INTO store_terms (store_id, number, valid_from, valid_to, categories)
VALUES (%s, %s, %s, %s, %s)
"""


def put(
    connection: Connection, stores: Mapping[StoreRow, Sequence[NamedCategories]], now: datetime
) -> None:
    """Keep what stores are like now, and which categories their terms name."""
    columns = [list(column) for column in zip(*map(astuple, stores), strict=True)]
    database = raw(connection)
    database.execute(_PUT, (now, *columns))
    database.execute(_FORGET_TERMS, ([one.store_id for one in stores],))
    rows: list[tuple[Any, ...]] = [
        (store.store_id, store.number, one.valid_from, one.valid_to, list(one.categories))
        for store, terms in stores.items()
        for one in terms
    ]
    with database.cursor() as cursor:
        cursor.executemany(_PUT_TERMS, rows)
