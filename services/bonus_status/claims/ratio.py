"""A store whose clicks bring other numbers of orders than they used to: one test, explained.

Orders are counted as they become known and clicks as they happen, by full days. The last 7 days
are held against the 56 before them. If nothing changed, each click brings an order with the chance
it had before, so the week's orders scatter around `expected`; `z` counts how many standard
deviations they are off. What chance
alone does three times in a thousand (|z| > 3) is called a break.
"""

from dataclasses import dataclass
from math import sqrt

WEEK_DAYS = 7
BEFORE_DAYS = 56
FEWEST_CLICKS = 200
FEWEST_EXPECTED_ORDERS = 10
_ALARMING_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Clicks and orders of a store: in the last 7 full days, and in the 56 days before them."""

    clicks: int
    orders: int
    clicks_before: int
    orders_before: int


@dataclass(frozen=True, slots=True)
class Break:
    """How far the week is from what its clicks should have brought."""

    counts: Counts
    expected: float
    z: float


def find_break(counts: Counts) -> Break | None:
    """Answer the break of a store's ratio; None when there is none, or too little to judge by.

    Fewer than 200 clicks in the week, or fewer than 10 orders to be expected of them, say nothing.
    The variance is that of a Poisson count, plus that of the ratio before, which is an estimate
    too. Example: 8 000 clicks brought 400 orders; now 1 000 clicks bring 20 where 50 were
    expected: z = (20 - 50) / sqrt(50 + 50 * 1 000 / 8 000) = -4.0, a break.
    """
    if counts.clicks < FEWEST_CLICKS or counts.clicks_before == 0:
        return None
    times = counts.clicks / counts.clicks_before
    expected = counts.orders_before * times
    if expected < FEWEST_EXPECTED_ORDERS:
        return None
    z = (counts.orders - expected) / sqrt(expected + expected * times)
    return Break(counts, expected, z) if abs(z) > _ALARMING_DEVIATIONS else None


def in_words(found: Break) -> str:
    """Say what is wrong, with the figures that anybody can check."""
    counts = found.counts
    way = "fewer" if found.z < 0 else "more"
    cause = (
        "tracking may be broken, or the store may not report"
        if found.z < 0
        else "orders may be made up, or reported for clicks of other days"
    )
    return (
        f"{counts.clicks} clicks of the last {WEEK_DAYS} full days brought {counts.orders} orders, "
        f"{way} than the {found.expected:.1f} expected: in the {BEFORE_DAYS} days before, "
        f"{counts.clicks_before} clicks brought {counts.orders_before}. That is "
        f"{abs(found.z):.1f} standard deviations off (alarm above {_ALARMING_DEVIATIONS:.0f}): "
        f"{cause}."
    )
