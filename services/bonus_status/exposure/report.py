"""What the purchases of some months stand at now, for each store and each month; in points.

Each bonus counts in the month in which it appeared, by the calendar of Moscow, and as it stands at
the moment of the report:

promised    waits for the store's word
agreed      the store said yes and has not paid us (whether or not the points accrue meanwhile)
funded      confirmed and paid by the store, not spent yet
paid        spent by the member
overdue     of promised and agreed, what the store has not confirmed by its own deadline
taken_back  of paid, what the store refused afterwards: the member owes it, not the store

What a store owes for them is promised + agreed + funded + paid - taken_back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.months import Month

MOST_MONTHS = 120


class PeriodEndsBeforeItBegins(ValueError):
    """No month lies in the period."""

    code = "period_ends_before_it_begins"
    field = "to"

    def __init__(self, begins: Month, ends: Month) -> None:
        """Name both months."""
        super().__init__(f"The period ends ({ends}) before it begins ({begins}).")


class PeriodTooLong(ValueError):
    """More months than anybody can mean."""

    code = "period_too_long"
    field = "to"

    def __init__(self) -> None:
        """State the limit."""
        super().__init__(f"A period has at most {MOST_MONTHS} months.")


class Sums(NamedTuple):
    """Points by how they stand."""

    promised: int = 0
    agreed: int = 0
    funded: int = 0
    paid: int = 0
    overdue: int = 0
    taken_back: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Add up each kind."""
        return Sums(*(one + two for one, two in zip(self, other, strict=True)))


STANDING = Sums._fields


class Cell(NamedTuple):
    """One store in one month."""

    store_id: str
    store_name: str
    month: Month
    sums: Sums


@dataclass(frozen=True, slots=True)
class Report:
    """The cells of a period, and their sums: in all, by store (the largest first), by month."""

    begins: Month
    ends: Month
    cells: tuple[Cell, ...]
    totals: Sums = field(default_factory=Sums)
    stores: tuple[tuple[str, str, Sums], ...] = ()
    months: tuple[tuple[Month, Sums], ...] = ()


def check_period(begins: Month, ends: Month) -> None:
    """Refuse a period that nobody can mean; both months are in it.

    Raises PeriodEndsBeforeItBegins, PeriodTooLong.
    """
    if ends < begins:
        raise PeriodEndsBeforeItBegins(begins, ends)
    if ends.months_after(begins) >= MOST_MONTHS:
        raise PeriodTooLong


def draw_up(begins: Month, ends: Month, cells: Iterable[Cell]) -> Report:
    """Add the cells up; every month of the period is there, also one in which nothing happened."""
    rows = tuple(cells)
    months = {begins.later(one): Sums() for one in range(ends.months_after(begins) + 1)}
    stores: dict[str, Sums] = {}
    names: dict[str, str] = {}
    for one in rows:
        months[one.month] = months[one.month].plus(one.sums)
        stores[one.store_id] = stores.get(one.store_id, Sums()).plus(one.sums)
        names[one.store_id] = one.store_name
    return Report(
        begins,
        ends,
        rows,
        _total(months),
        tuple((one, names[one], stores[one]) for one in sorted(stores, key=_largest(stores))),
        tuple(months.items()),
    )


def _total(months: Mapping[Month, Sums]) -> Sums:
    total = Sums()
    for one in months.values():
        total = total.plus(one)
    return total


def _largest(stores: Mapping[str, Sums]) -> Callable[[str], tuple[int, str]]:
    return lambda store_id: (-sum(stores[store_id][:4]), store_id)
