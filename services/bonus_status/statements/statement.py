"""What a statement says: every posting that changes the points a member holds, and their sums.

A member holds what is accrued or reserved, less the debt. Points that wait for a store's
confirmation are a promise and stand in no statement; points set aside for a payout are held until
the payout is completed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.bonus_status.ledger import Place
from services.bonus_status.statements.languages import Speak, english
from services.bonus_status.statements.posted import HELD, Posted
from services.bonus_status.statements.words import in_words
from shared.months import Month

MOST_LINES = 2_000
# What was begun in the month's last moment is posted in it a little later.
_POSTED_WITHIN = timedelta(minutes=10)


class MonthNotBegun(ValueError):
    """Nothing can be said of a month that lies ahead."""

    code = "month_not_begun"
    field = "month"

    def __init__(self, month: Month) -> None:
        """Name the month."""
        super().__init__(f"{month} has not begun.")


class Kind(StrEnum):
    """The three ways in which what a member holds changes."""

    EARNED = "earned"
    CORRECTED = "corrected"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `points` above zero are the member's gain, below zero what went."""

    posted_at: datetime
    kind: Kind
    points: int
    in_words: str
    bonus_id: str
    store_id: str | None
    store_name: str
    payout_id: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The month in points; the first 2 000 lines are listed.

    `is_final`: the month is over, and nothing is posted in it any more. What is heard of it later
    is posted in the month in which it is heard, so that each closing stays the next opening.
    """

    member_id: str
    month: Month
    is_final: bool
    opening: int
    earned: int
    corrected: int
    spent: int
    lines: tuple[Line, ...]
    lines_left_out: int

    @property
    def closing(self) -> int:
        """Answer what is held at the end; below zero it is a debt."""
        return self.opening + self.earned + self.corrected - self.spent


def effect(source: str, destination: str) -> int:
    """Answer how a posting changes what the member holds, for each of its points: 1, 0 or -1."""
    return (destination in HELD) - (source in HELD)


def kind_of(one: Posted) -> Kind:
    """Answer what a posting that changes what is held counts as.

    Points that a payout wrote off are spent. What names a posting that it corrects, brings spent
    points back, or takes points away is a correction. All else was earned. Example: a purchase of
    76 points confirmed in November, returned in December: earned 76, then corrected by -76.
    """
    if one.destination == Place.WRITTEN_OFF:
        return Kind.SPENT
    loses = effect(one.source, one.destination) < 0
    corrects = one.corrects is not None or one.source == Place.WRITTEN_OFF
    return Kind.CORRECTED if loses or corrects else Kind.EARNED


def draw_up(  # noqa: PLR0913, PLR0917 - whose, which month, from what, when, for whom
    member_id: str,
    month: Month,
    opening: int,
    posted: Iterable[Posted],
    now: datetime,
    speak: Speak = english,
) -> Statement:
    """Draw up the statement from the month's postings in their order; raises MonthNotBegun.

    `speak` says a text in the reader's language.
    """
    if now < month.begins_at():
        raise MonthNotBegun(month)
    totals = dict.fromkeys(Kind, 0)
    lines: list[Line] = []
    covered: Counter[str] = Counter()
    count = 0
    for one in posted:
        points = effect(one.source, one.destination) * one.amount
        if points:
            count += 1
            totals[kind_of(one)] += points
            if count <= MOST_LINES:
                lines.append(_line(one, points, in_words(one, _debt_of(one, covered), speak)))
    return Statement(
        member_id,
        month,
        now >= month.later(1).begins_at() + _POSTED_WITHIN,
        opening,
        totals[Kind.EARNED],
        totals[Kind.CORRECTED],
        -totals[Kind.SPENT],
        tuple(lines),
        count - len(lines),
    )


def _debt_of(one: Posted, covered: Counter[str]) -> int:
    """Answer how much of what is owed nothing covers; what its event repaid covers it first."""
    if one.source != Place.MEMBER_DEBT:
        return 0
    paid = min(one.amount, one.event_repaid - covered[one.event_id])
    covered[one.event_id] += paid
    return one.amount - paid


def _line(one: Posted, points: int, said: str) -> Line:
    return Line(
        one.posted_at,
        kind_of(one),
        points,
        said,
        one.bonus_id,
        one.store_id,
        one.store_name,
        one.payout_id,
    )
