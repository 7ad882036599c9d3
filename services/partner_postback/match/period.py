"""The period of a report: days of the programme's zone, by when lines were ordered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from shared.months import PROGRAMME_ZONE

MOST_DAYS = 92


class WrongPeriod(ValueError):
    """The period ends before it begins."""

    code = "invalid_fields"
    field = "to"

    def __init__(self) -> None:
        super().__init__("to: The day after the last one: it must lie after `from`.")


class PeriodTooLong(ValueError):
    """The period has more days than a report looks at."""

    code = "period_too_long"
    field = "to"

    def __init__(self, days: int) -> None:
        super().__init__(f"to: {days} days; a report is of {MOST_DAYS} days at most.")


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of a day to that of another, which is not part of it.

    Example: 2026-11-01 to 2026-12-01 is November in Moscow, 2026-10-31T21:00Z to 2026-11-30T21:00Z.
    """

    begins: datetime
    ends: datetime

    def has(self, moment: datetime) -> bool:
        """Answer whether a moment lies within."""
        return self.begins <= moment < self.ends


def period(first: date, end: date) -> Period:
    """Answer the period of these days; raises WrongPeriod, PeriodTooLong."""
    days = (end - first).days
    if days < 1:
        raise WrongPeriod
    if days > MOST_DAYS:
        raise PeriodTooLong(days)
    return Period(_midnight(first), _midnight(end))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PROGRAMME_ZONE).astimezone(UTC)
