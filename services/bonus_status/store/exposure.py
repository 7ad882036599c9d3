"""Adds up how the bonuses of purchases stand, by store and by the month in which they appeared."""

from datetime import datetime

from sqlalchemy import Connection

from services.bonus_status.exposure.report import STANDING, Cell, Sums
from shared.database import raw
from shared.months import Month, read_month

# With a month of its own for each row the sums of ten years are some ten thousand rows of text.
_CELLS = """
SELECT store_id, coalesce(stores.name, store_id), month,
       sum(promised)::bigint, sum(agreed)::bigint, sum(funded)::bigint, sum(paid)::bigint,
       sum(overdue)::bigint, sum(taken_back)::bigint
FROM (
    SELECT store_id, to_char(opened_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM') AS month,
        CASE WHEN status = 'pending' AND NOT unfunded THEN amount ELSE 0 END AS promised,
        CASE WHEN NOT unfunded THEN 0 WHEN status = 'pending' THEN amount
             ELSE greatest(credited - written_off, 0) END AS agreed,
        CASE WHEN unfunded THEN 0 ELSE greatest(credited - written_off, 0) END AS funded,
        written_off AS paid,
        CASE WHEN status = 'pending' AND expected_at < %(now)s THEN amount ELSE 0 END AS overdue,
        greatest(written_off - credited, 0) AS taken_back
    FROM bonuses CROSS JOIN LATERAL (SELECT
        conversion_status = 'approved_unfunded' AS unfunded,
        CASE WHEN status IN ('accrued', 'written_off') THEN amount ELSE 0 END AS credited) AS told
    WHERE source = 'purchase' AND opened_at >= %(begins)s AND opened_at < %(ends)s
) AS standing LEFT JOIN stores USING (store_id)
GROUP BY store_id, stores.name, month ORDER BY month, store_id
"""


def cells(connection: Connection, begins: Month, ends: Month, now: datetime) -> list[Cell]:
    """Answer each store in each month of the period, where there is something."""
    asked = {"now": now, "begins": begins.begins_at(), "ends": ends.later(1).begins_at()}
    rows = raw(connection).execute(_CELLS, asked).fetchall()
    return [_cell(*row) for row in rows]  # type: ignore[arg-type]


def _cell(store_id: str, store_name: str, month: str, *sums: int) -> Cell:
    assert len(sums) == len(STANDING)
    return Cell(store_id, store_name, read_month(month), Sums(*sums))
