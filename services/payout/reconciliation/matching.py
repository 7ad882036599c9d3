"""Lines of the operator's file against our payouts: each of both lands in exactly one class.

A line and a payout are the same movement of money when kind and key are; moments decide nothing,
since around midnight, or after an answer that was lost, ours is later than the operator's. A key's
first line, over all days, is

- agreed         we count it as executed, with this amount;
- amount_differs we count it as executed, with another one;
- open           we do not know its outcome yet, and ask: no difference so far;
- missing_here   we count it as not executed, or have no such payout.

Any further line of a key is `twice`, on whatever day. What we count as executed and no file has is
`missing_there`, once the files of all days from its request to its completion were read: before
that, its line may stand in the one that was not.

Example. We completed A of 300, B of 100 and C of 50, and D was declined. The file says A 300,
B 101, D 20, A 300: A agrees and its second line is `twice`, the amount of B differs, D is missing
here and C is missing there.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Movement(StrEnum):
    """Which way the money went."""

    TOP_UP = "top_up"
    REVERSAL = "reversal"


class Class(StrEnum):
    """What became of a line, or of a payout without one."""

    AGREED = "agreed"
    OPEN = "open"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"
    TWICE = "twice"


DIFFERENCES = frozenset(Class) - {Class.AGREED, Class.OPEN}


class Standing(StrEnum):
    """What we know of a movement."""

    EXECUTED = "executed"
    NOT_EXECUTED = "not_executed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Subject:
    """One movement of money, named alike by both sides.

    A payout is topped up once, by its key; it may be taken back more than once, each time under a
    number of the operator's.
    """

    movement: Movement
    key: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the operator's file; rubles that were taken back are below zero."""

    position: int
    movement: Movement
    entry: int
    key: str
    top_up_id: str
    executed_at: datetime
    rubles: int

    @property
    def subject(self) -> Subject:
        """Answer what it is about."""
        number = self.entry if self.movement is Movement.REVERSAL else None
        return Subject(self.movement, self.key, number)


@dataclass(frozen=True, slots=True)
class Ours:
    """The same movement as our books have it."""

    payout_id: UUID | None
    rubles: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Found:
    """What a line, or a payout without one, turned out to be; `nth`: of the lines of its key."""

    verdict: Class
    subject: Subject
    line: Line | None
    ours: Ours | None
    nth: int = 1

    @property
    def ours_rubles(self) -> int | None:
        """Answer what moved by our books."""
        is_ours = self.ours is not None and self.ours.standing is Standing.EXECUTED
        return self.ours.rubles if self.ours and is_ours and self.nth == 1 else None

    @property
    def theirs_rubles(self) -> int | None:
        """Answer what moved by the file."""
        return None if self.line is None else self.line.rubles


def match(
    lines: Sequence[Line],
    ours: Mapping[Subject, Ours],
    *,
    due: Collection[Subject],
    before: Mapping[Subject, int],
) -> list[Found]:
    """Class every line, and every movement of ours that is due.

    `ours`: at least all that the lines are about and all that is `due`, which is what no other
    day's file has and some file must. `before`: how many lines earlier days have of a movement.
    """
    seen: Counter[Subject] = Counter(before)
    found = []
    for line in lines:
        seen[line.subject] += 1
        found.append(_judged(line, ours.get(line.subject), seen[line.subject]))
    missing = [one for one in due if not seen[one]]
    return [*found, *(Found(Class.MISSING_THERE, one, None, ours[one]) for one in missing)]


def _judged(line: Line, ours: Ours | None, nth: int) -> Found:
    return Found(_class(line, ours, nth), line.subject, line, ours, nth)


def _class(line: Line, ours: Ours | None, nth: int) -> Class:
    if nth > 1:
        return Class.TWICE
    if ours is None or ours.standing is Standing.NOT_EXECUTED:
        return Class.MISSING_HERE
    if ours.standing is Standing.OPEN:
        return Class.OPEN
    return Class.AGREED if ours.rubles == line.rubles else Class.AMOUNT_DIFFERS
