"""The stores as their topic tells them: what a click's number means."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from shared.database import raw

_PUT = """
INSERT INTO stores (store_id, number, partner_id, attribution_days, changed_at)
SELECT *, %s FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[])
ON CONFLICT (store_id) DO UPDATE SET number = excluded.number, partner_id = excluded.partner_id,
    attribution_days = excluded.attribution_days, changed_at = excluded.changed_at
"""


def put(connection: Connection, rows: Sequence[tuple[str, int, str, int]], now: datetime) -> None:
    """Keep what stores are like now: (store_id, number, partner_id, attribution_days) each."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    raw(connection).execute(_PUT, (now, *columns))
