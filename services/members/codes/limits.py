"""How many codes may be sent: to a recipient, for a visitor's address, to a country's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import phonenumbers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_HOME_PREFIX = "+7"


class Whose(StrEnum):
    """Whose codes a limit counts."""

    RECIPIENT = "recipient"
    ADDRESS = "address"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within a window."""

    whose: Whose
    window: timedelta
    most: int


# A household or a mobile operator's gateway shares an address: so it may ask for more than one
# number may get. A country that hardly any member is of is where pumped SMS cost most.
LIMITS = (
    Limit(Whose.RECIPIENT, HOUR, 5),
    Limit(Whose.RECIPIENT, DAY, 10),
    Limit(Whose.ADDRESS, HOUR, 20),
    Limit(Whose.ADDRESS, DAY, 60),
    Limit(Whose.PREFIX, HOUR, 100),
    Limit(Whose.PREFIX, DAY, 500),
)
HOME_IS_ALLOWED_TIMES = 100

Counts = Mapping[tuple[Whose, timedelta], int]


def limit_reached(counts: Counts, prefix: str | None) -> Limit | None:
    """Answer the limit that allows no further code; the one that lasts longest.

    Example: 5 within the hour to one number, 10 within the day: the day's limit is answered.
    """
    reached = [
        limit
        for limit in LIMITS
        if counts.get((limit.whose, limit.window), 0) >= _most(limit, prefix)
    ]
    return max(reached, key=lambda limit: limit.window, default=None)


def _most(limit: Limit, prefix: str | None) -> int:
    is_home = limit.whose is Whose.PREFIX and prefix == _HOME_PREFIX
    return limit.most * (HOME_IS_ALLOWED_TIMES if is_home else 1)


def prefix_of(phone: str) -> str:
    """Answer the country prefix of a number in E.164: `+79261234567` has `+7`."""
    return f"+{phonenumbers.parse(phone).country_code}"
