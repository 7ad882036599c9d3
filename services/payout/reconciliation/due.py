"""Which days' files should be here by now, and which of them are to be fetched."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from services.payout.reconciliation import days
from services.payout.reconciliation.days import ONE_DAY
from services.payout.store.reconciliation import days as kept_days
from shared.months import PROGRAMME_ZONE

MOST_DAYS_BACK = 40


def days_to_fetch(connection: Connection, now: datetime, hour: int) -> list[date]:
    """Answer the days to fetch, oldest first, at most so far back."""
    last = last_day(now, hour)
    back = last - (MOST_DAYS_BACK - 1) * ONE_DAY
    missing = [day for day in missing_days(connection, now, hour) if day >= back]
    since = datetime.combine(last + ONE_DAY, time(hour), PROGRAMME_ZONE)
    return sorted([*missing, *kept_days.unsettled(connection, back, last, since)])


def missing_days(connection: Connection, now: datetime, hour: int) -> Sequence[date]:
    """Answer all days since our first top-up whose file should be here and is not."""
    first = kept_days.first_of_all(connection)
    return kept_days.missing(connection, first, last_day(now, hour)) if first else []


def last_day(now: datetime, hour: int) -> date:
    """Answer the last day whose file should be there: yesterday, once it is that hour."""
    return days.day_at(now - timedelta(hours=hour)) - ONE_DAY
