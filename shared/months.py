"""Calendar months as the programme counts them: from the 1st, 00:00 in Moscow, to the next."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Whatever the machine's own zone says.
PROGRAMME_ZONE = ZoneInfo("Europe/Moscow")
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)
_MONTHS_A_YEAR = 12


class NotAMonth(ValueError):
    """The text names no month of this century."""

    code = "not_a_month"
    field = "month"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:20]!r} is no month; write one such as 2026-12.")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of the programme: `Month(2026, 12)`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    def begins_at(self) -> datetime:
        """Answer the 1st, 00:00 in Moscow, as a moment of UTC."""
        return datetime(self.year, self.number, 1, tzinfo=PROGRAMME_ZONE).astimezone(UTC)

    def months_after(self, other: "Month") -> int:
        """Answer how many months lie between the other one and this one."""
        return (self.year - other.year) * _MONTHS_A_YEAR + self.number - other.number

    def later(self, months: int) -> "Month":
        """Answer the month so many later, or earlier: `Month(2026, 12).later(1)` is 2027-01."""
        year, place = divmod(self.year * _MONTHS_A_YEAR + self.number - 1 + months, _MONTHS_A_YEAR)
        return Month(year, place + 1)


def read_month(text: str) -> Month:
    """Read `2026-12`; raises NotAMonth."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise NotAMonth(text)
    return Month(int(match[1]), int(match[2]))


def month_at(moment: datetime) -> Month:
    """Answer the month that a clock in Moscow shows at a moment."""
    there = moment.astimezone(PROGRAMME_ZONE)
    return Month(there.year, there.month)
