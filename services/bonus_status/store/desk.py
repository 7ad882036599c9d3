"""Queries of the clerks' desk: clicks, and figures by day, by month and by age."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

_CLICK = "click_id, member_id, clicks.store_id, stores.name AS store_name, clicked_at, repeat"
_FROM = "FROM clicks LEFT JOIN stores ON stores.store_id = clicks.store_id"
_OF_MEMBER = text(f"""
SELECT {_CLICK} {_FROM} WHERE member_id = :member_id
  AND (CAST(:after AS text) IS NULL OR (clicked_at, click_id) < (
      SELECT clicked_at, click_id FROM clicks WHERE click_id = :after AND member_id = :member_id
  ))
ORDER BY clicked_at DESC, click_id DESC LIMIT :limit
""")  # noqa: S608 - of constants
_ONE = text(f"SELECT {_CLICK} {_FROM} WHERE click_id = :click_id")
_DAYS = text("""
WITH days AS (
    SELECT day::date FROM generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') AS day
), clicked AS (
    SELECT (clicked_at AT TIME ZONE 'Europe/Moscow')::date AS day, count(*) AS clicks
    FROM clicks WHERE NOT repeat
      AND clicked_at >= CAST(:first AS date)::timestamp AT TIME ZONE 'Europe/Moscow'
      AND clicked_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE 'Europe/Moscow'
    GROUP BY 1
), ordered AS (
    SELECT (opened_at AT TIME ZONE 'Europe/Moscow')::date AS day,
           count(DISTINCT coalesce(order_id, bonus_id::text)) AS orders
    FROM bonuses WHERE source = 'purchase'
      AND opened_at >= CAST(:first AS date)::timestamp AT TIME ZONE 'Europe/Moscow'
      AND opened_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE 'Europe/Moscow'
    GROUP BY 1
)
SELECT day, coalesce(clicks, 0) AS clicks, coalesce(orders, 0) AS orders
FROM days LEFT JOIN clicked USING (day) LEFT JOIN ordered USING (day) ORDER BY day
""")
# Days since the store reported it; a store has 30 to 45 days, at most 90.
_AGES = text("""
SELECT age.from_days, age.to_days, count(bonus_id) AS bonuses,
       coalesce(sum(amount), 0)::bigint AS points,
       count(bonus_id) FILTER (WHERE expected_at <= :now) AS overdue
FROM (VALUES (0, 7), (8, 15), (16, 30), (31, 45), (46, 60), (61, 90), (91, NULL))
    AS age (from_days, to_days)
LEFT JOIN (
    SELECT bonus_id, amount, expected_at,
           extract(day FROM CAST(:now AS timestamptz) - opened_at)::int AS days
    FROM bonuses WHERE status = 'pending'
) AS waits ON days >= from_days AND (to_days IS NULL OR days <= to_days)
GROUP BY from_days, to_days ORDER BY from_days
""")


def clicks_of(
    connection: Connection, member_id: UUID, limit: int, after: str | None = None
) -> Sequence[RowMapping]:
    """Answer a member's clicks, the newest first: those before the click `after`, if it is his."""
    asked = {"member_id": member_id, "limit": limit, "after": after}
    return connection.execute(_OF_MEMBER, asked).mappings().all()


def click(connection: Connection, click_id: str) -> RowMapping | None:
    """Answer a click by its id."""
    return connection.execute(_ONE, {"click_id": click_id}).mappings().first()


def days(connection: Connection, first: date, last: date) -> Sequence[RowMapping]:
    """Answer clicks and orders of each day of Moscow, days without any among them."""
    return connection.execute(_DAYS, {"first": first, "last": last}).mappings().all()


def pending_ages(connection: Connection, now: Any) -> Sequence[RowMapping]:
    """Answer what waits for its store, by how long it has waited."""
    return connection.execute(_AGES, {"now": now}).mappings().all()
