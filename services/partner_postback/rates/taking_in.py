"""Takes a day's rates in: all of them or none; the same ones again change nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from services.partner_postback.rates.central_bank import Published, WrongRates
from services.partner_postback.store import rates

# Tomorrow's are published today, and those after the longest holidays some days before.
_LATEST = timedelta(days=31)


class RateDiffers(Exception):
    """Another rate is kept for that day: who means the new one says so."""

    code = "rate_differs"

    def __init__(self, currency: str, day: date, kept_micro: int, told_micro: int) -> None:
        self.field = currency
        super().__init__(
            f"{currency}: For {day} the rate {kept_micro} (in millionths of a ruble) is kept, and"
            f" the file has {told_micro}. To take the file's: replace=true."
        )


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a day's rates, by currency."""

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]


def take_in(
    connection: Connection, published: Published, *, replace: bool, now: datetime
) -> TakenIn:
    """Keep a day's rates; raises WrongRates, RateDiffers. Conversions keep the rates they have."""
    if published.valid_from > now + _LATEST:
        why = f"Date: {published.day} is more than {_LATEST.days} days ahead."
        raise WrongRates(why)
    period = (published.valid_from, published.valid_until)
    # Those that are there already wait for whoever is writing them, and are compared afterwards.
    new = rates.add(connection, published.rates, *period)
    kept = rates.valid_from(connection, published.valid_from)
    other = [name for name, told in published.rates.items() if kept[name] != told]
    if other and not replace:
        name = other[0]
        raise RateDiffers(name, published.day, kept[name], published.rates[name])
    for name in other:
        rates.put(connection, name, published.rates[name], *period)
    unchanged = [name for name in published.rates if name not in new and name not in other]
    return TakenIn(tuple(sorted(new)), tuple(other), tuple(unchanged))
