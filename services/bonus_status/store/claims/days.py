"""Clicks and orders of each store by day, and the alarms that they raise.

Days are those of Europe/Moscow, as the months of payouts. A click counts on its own day, an order
on the day on which the store reported it: a store that stops reporting shows at once.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, RowMapping, text

from services.bonus_status.claims.ratio import BEFORE_DAYS, WEEK_DAYS, Counts
from shared.database import raw

# Clicks reach this service late when it was down: the last days are counted once more.
_AGAIN_DAYS = 3
_FIRST_DAY = """
SELECT greatest(max(day) - %(again)s, %(last)s::date - %(days)s + 1),
       %(last)s::date - %(days)s + 1
FROM store_days
"""
_COUNT = """
WITH counted AS (
    SELECT store_id, day, sum(clicks) AS clicks, sum(orders) AS orders FROM (
        SELECT store_id, (clicked_at AT TIME ZONE 'Europe/Moscow')::date AS day,
               count(*) AS clicks, 0 AS orders
        FROM clicks WHERE NOT repeat
          AND clicked_at >= (%(first)s::date)::timestamp AT TIME ZONE 'Europe/Moscow'
          AND clicked_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Europe/Moscow'
        GROUP BY 1, 2
        UNION ALL
        SELECT store_id, (opened_at AT TIME ZONE 'Europe/Moscow')::date, 0,
               count(DISTINCT coalesce(order_id, bonus_id::text))
        FROM bonuses
        WHERE source = 'purchase'
          AND opened_at >= (%(first)s::date)::timestamp AT TIME ZONE 'Europe/Moscow'
          AND opened_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Europe/Moscow'
        GROUP BY 1, 2
    ) AS parts GROUP BY store_id, day
)
INSERT INTO store_days (store_id, day, clicks, orders) SELECT * FROM counted
ON CONFLICT (day, store_id) DO UPDATE SET clicks = excluded.clicks, orders = excluded.orders
"""
_WEEKS = """
SELECT store_id,
       coalesce(sum(clicks) FILTER (WHERE day > %(last)s::date - %(week)s), 0)::bigint,
       coalesce(sum(orders) FILTER (WHERE day > %(last)s::date - %(week)s), 0)::bigint,
       coalesce(sum(clicks) FILTER (WHERE day <= %(last)s::date - %(week)s), 0)::bigint,
       coalesce(sum(orders) FILTER (WHERE day <= %(last)s::date - %(week)s), 0)::bigint
FROM store_days
WHERE day > %(last)s::date - %(week)s - %(before)s AND day <= %(last)s::date
GROUP BY store_id ORDER BY store_id
"""
_RAISE = """
INSERT INTO alarms (store_id, raised_on, seen_on, clicks, orders, clicks_before, orders_before)
VALUES (%(store_id)s, %(day)s, %(day)s, %(clicks)s, %(orders)s, %(clicks_before)s,
        %(orders_before)s)
ON CONFLICT (store_id) WHERE ended_on IS NULL DO UPDATE SET seen_on = excluded.seen_on,
    clicks = excluded.clicks, orders = excluded.orders, clicks_before = excluded.clicks_before,
    orders_before = excluded.orders_before
WHERE alarms.seen_on <= excluded.seen_on
"""
_END = """
UPDATE alarms SET ended_on = %(day)s
WHERE ended_on IS NULL AND seen_on <= %(day)s AND store_id <> ALL(%(broken)s)
"""
_ALARMS = text("""
SELECT alarm_id, store_id, coalesce(name, store_id) AS store_name, raised_on, seen_on, ended_on,
       clicks, orders, clicks_before, orders_before
FROM alarms LEFT JOIN stores USING (store_id)
WHERE (:ended OR ended_on IS NULL) AND (CAST(:after AS bigint) IS NULL OR alarm_id < :after)
ORDER BY alarm_id DESC LIMIT :limit
""")


def count_until(connection: Connection, last: date) -> None:
    """Count the days up to one, those that were counted long before left alone."""
    days = WEEK_DAYS + BEFORE_DAYS
    asked = {"last": last, "days": days, "again": _AGAIN_DAYS}
    row = raw(connection).execute(_FIRST_DAY, asked).fetchone()
    assert row is not None
    raw(connection).execute(_COUNT, {"first": row[0] or row[1], "last": last})


def weeks(connection: Connection, last: date) -> list[tuple[str, Counts]]:
    """Answer each store's counts of the week that ends with a day, and of the time before."""
    asked = {"last": last, "week": WEEK_DAYS, "before": BEFORE_DAYS}
    rows = raw(connection).execute(_WEEKS, asked).fetchall()
    return [(str(row[0]), Counts(*row[1:])) for row in rows]  # type: ignore[arg-type]


def keep_alarms(connection: Connection, broken: Sequence[tuple[str, Counts]], day: date) -> None:
    """Raise an alarm for each of these stores, or go on with it; end those of all others."""
    for store_id, counts in broken:
        figures = {
            "clicks": counts.clicks,
            "orders": counts.orders,
            "clicks_before": counts.clicks_before,
            "orders_before": counts.orders_before,
        }
        raw(connection).execute(_RAISE, {"store_id": store_id, "day": day, **figures})
    stores = [store_id for store_id, _ in broken]
    raw(connection).execute(_END, {"day": day, "broken": stores})


def alarms(
    connection: Connection, after: int | None, limit: int, *, ended: bool
) -> Sequence[RowMapping]:
    """Answer a page of alarms, the newest first; `ended`: those that are over too."""
    asked = {"after": after, "limit": limit, "ended": ended}
    return connection.execute(_ALARMS, asked).mappings().all()
