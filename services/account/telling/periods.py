"""The period of a history, as days that a person chooses, and the months behind us."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.months import PROGRAMME_ZONE, Month, month_at
from shared.pages.form import Form
from shared.pages.words import gettext
from shared.schemas import rfc3339

_MONTHS_SHOWN = 12
_EARLIEST = date(2020, 1, 1)
_LATEST = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of Moscow, the first and the last; None: no limit on that side."""

    first: date | None = None
    last: date | None = None

    def query(self) -> dict[str, str]:
        """Answer the period as bonus_status takes it: from a moment, and before another.

        Example: 1 to 30 November is from 2026-10-31T21:00Z, before 2026-11-30T21:00Z.
        """
        asked = {}
        if self.first is not None:
            asked["from"] = rfc3339(_begin(self.first))
        if self.last is not None:
            asked["to"] = rfc3339(_begin(self.last + timedelta(days=1)))
        return asked


def read_period(form: Form) -> Period:
    """Read the days that were typed; what is wrong with them is noted on the form."""
    first, last = read_day(form, "from"), read_day(form, "to")
    if first and last and last < first:
        form.refuse([("to", gettext("The last day lies before the first one."))])
        return Period()
    return Period(first, last)


def read_day(form: Form, name: str) -> date | None:
    """Read a day such as 2026-11-30; None for nothing, or with a fault on the form."""
    if not form[name]:
        return None
    try:
        day = date.fromisoformat(form[name])
    except ValueError:
        day = date.min
    if not _EARLIEST <= day <= _LATEST:
        form.refuse([(name, gettext("Give a day such as 2026-11-30."))])
        return None
    return day


def end_of(day: date, now: datetime) -> datetime:
    """Answer the last moment of a day in Moscow, or now where the day is not over."""
    return min(_begin(day + timedelta(days=1)) - timedelta(seconds=1), now)


def months_until(now: datetime) -> list[Month]:
    """Answer the last twelve months, this one first."""
    return [month_at(now).later(-back) for back in range(_MONTHS_SHOWN)]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), PROGRAMME_ZONE)
