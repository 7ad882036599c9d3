"""How long each store really takes to confirm: counted now and then, read with each bonus."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.bonus_status.telling.expected import Delay
from shared.arrays import array
from shared.database import raw

# As many of the newest as make the figures steady, so few that a store that slows down shows it.
_LAST_CONFIRMED = 500
_COUNT = """
INSERT INTO store_delays (store_id, confirmed, median, ninetieth, counted_at)
SELECT store_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY delay),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY delay), %(now)s
FROM (SELECT DISTINCT store_id FROM bonuses WHERE store_id IS NOT NULL) AS known
CROSS JOIN LATERAL (
    SELECT greatest(accrued_at - ordered_at, interval '0') AS delay FROM bonuses
    WHERE bonuses.store_id = known.store_id AND accrued_at <= %(now)s
    ORDER BY accrued_at DESC LIMIT %(last)s
) AS confirmed
GROUP BY store_id
ON CONFLICT (store_id) DO UPDATE SET confirmed = excluded.confirmed, median = excluded.median,
    ninetieth = excluded.ninetieth, counted_at = excluded.counted_at
"""
_READ = """
SELECT store_id, confirmed, median, ninetieth FROM store_delays WHERE store_id = ANY(%s::text[])
"""


def count_again(connection: Connection, now: datetime) -> None:
    """Count every store's delays anew."""
    raw(connection).execute(_COUNT, {"now": now, "last": _LAST_CONFIRMED})


def of_stores(connection: Connection, store_ids: Collection[str]) -> dict[str, Delay]:
    """Answer the delays of those stores that have confirmed something."""
    rows = raw(connection).execute(_READ, [array(sorted(store_ids))]).fetchall()
    return {str(row[0]): _delay(*row[1:]) for row in rows}  # type: ignore[arg-type]


def _delay(confirmed: int, median: timedelta, ninetieth: timedelta) -> Delay:
    return Delay(confirmed, median, ninetieth)
