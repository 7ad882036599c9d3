"""What a clerk looks at before he releases a run: totals, last month's, and the outliers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from services.payout.store import review as table
from services.payout.store import runs
from services.payout.store.review import Outlier, Planned
from services.payout.store.runs import Run
from shared.months import Month

# An outlier is a payout above ten medians of its kind in its run, and of at least 1 000 points: a
# saver who is paid for a year is one, a month in which everybody gets more has none.
TIMES = 10
LOWEST = 1_000
_SHOWN = 20
_NOTHING = Planned(0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of goal: what is planned now, what the month before came to, the difference."""

    kind: str
    now: Planned
    before: Planned

    @property
    def difference(self) -> Planned:
        """Answer how much more is planned now; less is below zero."""
        more = self.now.payouts - self.before.payouts
        return Planned(more, self.now.points - self.before.points)


@dataclass(frozen=True, slots=True)
class Review:
    """A run to be looked at."""

    run: Run
    month_before: str | None
    lines: Sequence[Line]
    outliers: Sequence[Outlier]


def review(connection: Connection, month: Month) -> Review:
    """Answer what a run would pay beside the one before it; raises UnknownRun."""
    run = runs.get(connection, month)
    before = table.run_before(connection, run.month)
    now = table.planned(connection, run.month)
    then = table.planned(connection, before) if before else {}
    lines = [
        Line(kind, now.get(kind, _NOTHING), then.get(kind, _NOTHING))
        for kind in sorted({*now, *then})
    ]
    found = table.outliers(connection, run.month, times=TIMES, lowest=LOWEST, limit=_SHOWN)
    return Review(run, before, lines, found)
