"""Days as the operator's files count them: from midnight to midnight in Moscow."""

import re
from datetime import UTC, date, datetime, time, timedelta

from shared.months import PROGRAMME_ZONE

_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
ONE_DAY = timedelta(days=1)


class NotADay(ValueError):
    """The text names no day of this century."""

    code = "not_a_day"
    field = "day"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:20]!r} is no day; write one such as 2026-12-02.")


class DayNotOver(ValueError):
    """The file of a day that is not over cannot be whole."""

    code = "day_not_over"
    field = "day"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is not over in Moscow: its file is read when it is.")


def read_day(text: str) -> date:
    """Read `2026-12-02`; raises NotADay."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the 31st of a short month
    raise NotADay(text)


def day_at(moment: datetime) -> date:
    """Answer the day that a clock in Moscow shows at a moment."""
    return moment.astimezone(PROGRAMME_ZONE).date()


def begins_at(day: date) -> datetime:
    """Answer its midnight, as a moment of UTC."""
    return datetime.combine(day, time(), PROGRAMME_ZONE).astimezone(UTC)


def ends_at(day: date) -> datetime:
    """Answer the next midnight, which is not part of it."""
    return begins_at(day + ONE_DAY)


def check_is_over(day: date, now: datetime) -> None:
    """See that a day is over; raises DayNotOver."""
    if now < ends_at(day):
        raise DayNotOver(day)
