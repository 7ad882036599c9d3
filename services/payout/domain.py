"""The rules of the month: when it ends, and what each goal of a member gets from his points.

Amounts are whole points; 1 point is 1 ruble. Everything here is a pure function of its arguments,
so that a rule can be read and tried alone.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.months import Month, month_at

MOST_MONTHS_EARLY = 12


class MonthOver(ValueError):
    """A run of a month that has ended would pay what the runs since then were for."""

    code = "month_over"
    field = "month"

    def __init__(self, month: "Month", now: "Month") -> None:
        super().__init__(f"{month} is over; the run that may start now is that of {now} or later.")


class MonthTooFar(ValueError):
    """More likely a slip of the finger than a wish."""

    code = "month_too_far"
    field = "month"

    def __init__(self, month: "Month") -> None:
        super().__init__(f"{month} is more than {MOST_MONTHS_EARLY} months away.")


def cutoff_of(month: Month, now: datetime) -> datetime:
    """Answer until when points count for a run that starts now; raises MonthOver, MonthTooFar.

    A late run keeps the 1st. A clerk may run a month early: then only what accrued by now counts,
    because nobody can yet say what will have accrued by the 1st.
    """
    present = month_at(now)
    if month < present:
        raise MonthOver(month, present)
    if month.months_after(present) > MOST_MONTHS_EARLY:
        raise MonthTooFar(month)
    return min(month.begins_at(), now)


class Kind(StrEnum):
    """What a goal turns points into."""

    TOP_UP = "top_up"
    CERTIFICATE = "certificate"


class MemberStatus(StrEnum):
    """What the members service says of a member."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    ERASED = "erased"


class Skipped(StrEnum):
    """Why a run made no payout for a member."""

    BLOCKED = "blocked"
    ERASED = "erased"
    DEBT = "debt"
    NOTHING = "nothing"
    UNDER_MINIMUM = "under_minimum"
    SAVING = "saving"
    PAUSED = "paused"
    NO_CONSENT = "no_consent"


class Waits(StrEnum):
    """Why a goal gets nothing, although its member is paid."""

    PAUSED = "paused"  # by the member
    NO_CONSENT = "no_consent"  # the relative withdrew it
    UNDER_MINIMUM = "under_minimum"
    SAVING = "saving"
    HELD = "held"  # by a certificate before it that is saved for
    NOTHING_LEFT = "nothing_left"


# What a member who gets nothing is told first.
_TOLD_FIRST = (Waits.SAVING, Waits.UNDER_MINIMUM, Waits.PAUSED, Waits.NO_CONSENT)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a member wants his points for; goals are served in the member's order.

    In points: `monthly_limit`, the most that a top-up may be in a month; `target`, the denomination
    that is saved for, None for the largest that fits. A top-up of no relative is of the member's
    own number.
    """

    goal_id: UUID
    kind: Kind
    monthly_limit: int | None = None
    target: int | None = None
    relative_id: UUID | None = None
    is_paused: bool = False
    has_consent: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """What a run knows of one member at its cut-off; `debt` and `spendable` are points."""

    member_id: UUID
    status: MemberStatus
    debt: int
    spendable: int
    goals: Sequence[Goal]


@dataclass(frozen=True, slots=True)
class TopUpLimits:
    """The smallest and the largest top-up that the operator does, in points; the rest waits."""

    smallest: int
    largest: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every member of a run; denominations are points, in rising order."""

    top_up: TopUpLimits
    denominations: Sequence[int]


@dataclass(frozen=True, slots=True)
class Share:
    """What one goal asks for, in points: at most the amount, and not less than the minimum."""

    goal_id: UUID
    kind: Kind
    amount: int
    minimum: int
    relative_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What a goal gets: a share, or why it waits; `left`: the points there were when it came on."""

    goal: Goal
    left: int
    share: Share | None = None
    waits: Waits | None = None

    @property
    def amount(self) -> int:
        """Answer the points that it gets."""
        return 0 if self.share is None else self.share.amount


def share_out(account: Account, rules: Rules) -> tuple[list[Share], Skipped | None]:
    """Answer what each goal of a member asks for, or why none does.

    With 2300 points, a certificate of 2000 before a top-up: shares of 2000 (all of it or nothing)
    and of 300. With 1999: none, SAVING, because the certificate's points must not leave for the
    telephone. A top-up of at most 300 before that certificate, 1999 points: a share of 300, and the
    certificate waits for 301 more.
    """
    reason = why_not(account)
    if reason is not None:
        return [], reason
    served = serve(account, rules)
    shares = [one.share for one in served if one.share is not None]
    return shares, None if shares else _told_first(served)


def serve(account: Account, rules: Rules) -> list[Served]:
    """Answer what each goal gets of a member's points, in his order.

    Saving holds what is left: later goals must not eat the telephone month by month. A goal that is
    paused, or whose relative does not agree, is passed over and holds nothing back.
    """
    served: list[Served] = []
    left, is_held = account.spendable, False
    for goal in account.goals:
        one = _serve(goal, left, rules, is_held=is_held)
        served.append(one)
        left -= one.amount
        is_held = is_held or one.waits is Waits.SAVING
    return served


def why_not(account: Account) -> Skipped | None:
    """Answer why a member is paid nothing, whatever his goals are; a debt is repaid first."""
    if account.status is not MemberStatus.ACTIVE:
        return Skipped(account.status.value)
    if account.debt > 0:
        return Skipped.DEBT
    return Skipped.NOTHING if account.spendable <= 0 else None


def _told_first(served: Sequence[Served]) -> Skipped:
    waits = {one.waits for one in served}
    found = (Skipped(one.value) for one in _TOLD_FIRST if one in waits)
    return next(found, Skipped.UNDER_MINIMUM)


def _serve(goal: Goal, left: int, rules: Rules, *, is_held: bool) -> Served:
    if goal.is_paused:
        return Served(goal, left, waits=Waits.PAUSED)
    if not goal.has_consent:
        return Served(goal, left, waits=Waits.NO_CONSENT)
    if is_held:
        return Served(goal, left, waits=Waits.HELD)
    share = _share_of(goal, left, rules)
    if share is not None:
        return Served(goal, left, share)
    if goal.kind is Kind.CERTIFICATE:
        return Served(goal, left, waits=Waits.SAVING)
    return Served(goal, left, waits=Waits.UNDER_MINIMUM if left else Waits.NOTHING_LEFT)


def _share_of(goal: Goal, left: int, rules: Rules) -> Share | None:
    if goal.kind is Kind.CERTIFICATE:
        # A certificate has one exact price: either all of it is reserved or the points stay.
        price = certificate_price(goal.target, left, rules.denominations)
        return None if price is None else Share(goal.goal_id, goal.kind, price, price)
    amount = min(left, rules.top_up.largest, goal.monthly_limit or left)
    if amount < rules.top_up.smallest:
        return None
    return Share(goal.goal_id, goal.kind, amount, rules.top_up.smallest, goal.relative_id)


def certificate_price(target: int | None, points: int, denominations: Sequence[int]) -> int | None:
    """Answer the denomination to order: the target's own, or without one the largest that fits."""
    if target is not None:
        return target if points >= target else None
    return largest_that_fits(points, denominations)


def largest_that_fits(points: int, denominations: Sequence[int]) -> int | None:
    """Answer the largest denomination that the points pay for; denominations rise."""
    place = bisect_right(denominations, points)
    return denominations[place - 1] if place else None
