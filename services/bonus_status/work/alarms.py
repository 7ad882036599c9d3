"""Counts clicks and orders by day, and raises an alarm where their ratio breaks."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine

from services.bonus_status.claims.ratio import find_break
from services.bonus_status.store.claims import days
from shared.clock import Clock
from shared.months import PROGRAMME_ZONE


@dataclass(frozen=True, slots=True)
class WatchRatios:
    """What watching needs."""

    engine: Engine
    clock: Clock

    def work(self) -> bool:
        """Judge the last full day's week once; there is never more to do at once."""
        yesterday = self._yesterday()
        with self.engine.begin() as connection:
            days.count_until(connection, yesterday)
            weeks = days.weeks(connection, yesterday)
            broken = [(store_id, counts) for store_id, counts in weeks if find_break(counts)]
            days.keep_alarms(connection, broken, yesterday)
        return False

    def _yesterday(self) -> date:
        return self.clock().astimezone(PROGRAMME_ZONE).date() - timedelta(days=1)
