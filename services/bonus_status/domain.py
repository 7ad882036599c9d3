"""What a bonus is, and how its status moves: pure rules, no I/O and no clock.

A bonus follows the full current state of its conversion, never a difference, so that the outcome
depends on the last version alone and a store that changes its mind needs no special case. What it
has given away (reserved, written off, repaid) is kept apart from what it is worth: when its worth
falls below what it gave, `available` goes below zero and that is the member's debt.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from services.bonus_status.terms import Purchase


class Status(StrEnum):
    """The four statuses, the only four that a member sees."""

    PENDING = "pending"
    ACCRUED = "accrued"
    REJECTED = "rejected"
    WRITTEN_OFF = "written_off"


class ConversionStatus(StrEnum):
    """What a store can say of a purchase."""

    REPORTED = "reported"
    APPROVED = "approved"
    APPROVED_UNFUNDED = "approved_unfunded"
    DECLINED = "declined"
    RETURNED = "returned"


# The one table of moves (None: the bonus is new). It makes the test cases, and a trigger of the
# first migration holds the database to the same pairs.
MOVES: Mapping[Status | None, frozenset[Status]] = {
    None: frozenset({Status.PENDING, Status.ACCRUED, Status.REJECTED}),
    # Written off at once when the points were spent before the store had refused them.
    Status.PENDING: frozenset({Status.ACCRUED, Status.REJECTED, Status.WRITTEN_OFF}),
    # Spent, or given for a debt; taken back by the store.
    Status.ACCRUED: frozenset({Status.WRITTEN_OFF, Status.REJECTED}),
    # A top-up that was reversed, or an amendment up, leaves something to spend again.
    Status.WRITTEN_OFF: frozenset({Status.ACCRUED, Status.REJECTED}),
    # A store that takes its refusal back.
    Status.REJECTED: frozenset({Status.PENDING, Status.ACCRUED, Status.WRITTEN_OFF}),
}
_CONFIRMED = frozenset({Status.ACCRUED, Status.WRITTEN_OFF})
_STANDING: Mapping[ConversionStatus, Status] = {
    ConversionStatus.REPORTED: Status.PENDING,
    ConversionStatus.APPROVED_UNFUNDED: Status.PENDING,
    ConversionStatus.APPROVED: Status.ACCRUED,
    ConversionStatus.DECLINED: Status.REJECTED,
    ConversionStatus.RETURNED: Status.REJECTED,
}


class IllegalMove(Exception):
    """A bonus cannot go from one status to the other."""

    code = "illegal_move"

    def __init__(self, bonus_id: str, before: Status, after: Status) -> None:
        """Keep both statuses."""
        self.bonus_id, self.before, self.after = bonus_id, before, after
        super().__init__(f"Bonus {bonus_id} cannot move from {before} to {after}.")


class Report(Struct, frozen=True):
    """A conversion as the store last described it, valued by the terms of its first record.

    `unfunded_accrues`: the programme does not wait for the store's money.
    """

    version: int
    status: ConversionStatus
    purchase: Purchase
    amount: int
    reason: str | None
    at: datetime
    unfunded_accrues: bool = False


class Bonus(Struct, frozen=True):
    """One bonus: what it is worth and what it has given away; the fields are its table's columns.

    It takes the id of the conversion that opens it, so that no conversion can open two bonuses.
    A rejected bonus keeps the amount it would have had, so that the member sees what was refused.
    `repaid` is signed: what it gave for the debt of other bonuses, less what others gave for its
    own. `credited_by` names the posting that put its points where they stand, for corrections.
    """

    bonus_id: str
    conversion_id: str
    member_id: str
    store_id: str
    terms_id: str
    clicked_at: datetime
    ordered_at: datetime
    opened_at: datetime
    expected_at: datetime
    status: Status
    amount: int
    reserved: int
    written_off: int
    repaid: int
    paid_minor: int
    currency: str
    rate_micro: int
    category: str | None
    conversion_status: ConversionStatus
    conversion_version: int
    accrued_at: datetime | None = None
    rejected_at: datetime | None = None
    reason: str | None = None
    payout_id: str | None = None
    credited_by: str | None = None

    @property
    def pending(self) -> int:
        """Answer the points that wait for the store's confirmation."""
        return self.amount if self.status is Status.PENDING else 0

    @property
    def credited(self) -> int:
        """Answer the points that the store confirmed."""
        return self.amount if self.status in _CONFIRMED else 0

    @property
    def available(self) -> int:
        """Answer what can still be spent; below zero it is the debt this bonus left behind."""
        return self.credited - self.reserved - self.written_off - self.repaid


class Origin(Struct, frozen=True):
    """What never changes in a bonus: whose it is, and the click, order and terms it came from."""

    conversion_id: str
    member_id: str
    store_id: str
    terms_id: str
    clicked_at: datetime
    ordered_at: datetime
    expected_at: datetime


def open_bonus(origin: Origin, report: Report) -> Bonus:
    """Answer the new bonus of a conversion that is heard of for the first time."""
    status = _standing(report)
    purchase = report.purchase
    return Bonus(
        origin.conversion_id,
        origin.conversion_id,
        origin.member_id,
        origin.store_id,
        origin.terms_id,
        origin.clicked_at,
        origin.ordered_at,
        opened_at=report.at,
        expected_at=origin.expected_at,
        status=status,
        amount=report.amount,
        reserved=0,
        written_off=0,
        repaid=0,
        paid_minor=purchase.paid_minor,
        currency=purchase.currency,
        rate_micro=purchase.rate_micro,
        category=purchase.category,
        conversion_status=report.status,
        conversion_version=report.version,
        accrued_at=report.at if status is Status.ACCRUED else None,
        rejected_at=report.at if status is Status.REJECTED else None,
        reason=_reason(report),
    )


def follow(bonus: Bonus, report: Report) -> Bonus:
    """Answer the bonus after its conversion changed; raises IllegalMove.

    Example: 76 points, accrued and spent whole, whose conversion is returned: rejected, and 76
    points below zero available, which is the member's debt.
    """
    standing = _standing(report)
    if standing is Status.PENDING and bonus.status in _CONFIRMED:
        # Points once confirmed are taken only by a decline or a return, not by a late "reported".
        standing = Status.ACCRUED
    purchase = report.purchase
    return resolved(
        bonus,
        replace(
            bonus,
            status=standing,
            amount=report.amount,
            paid_minor=purchase.paid_minor,
            currency=purchase.currency,
            rate_micro=purchase.rate_micro,
            category=purchase.category,
            conversion_status=report.status,
            conversion_version=report.version,
            accrued_at=_accrued_at(bonus, standing, report.at),
            rejected_at=_rejected_at(bonus, standing, report.at),
            reason=_reason(report),
        ),
    )


def _standing(report: Report) -> Status:
    """Answer the status that a report asks for.

    What is approved but not paid by the store waits, unless the programme's setting lets it accrue.
    """
    if report.status is ConversionStatus.APPROVED_UNFUNDED and report.unfunded_accrues:
        return Status.ACCRUED
    return _STANDING[report.status]


def _accrued_at(bonus: Bonus, standing: Status, at: datetime) -> datetime | None:
    return at if standing is Status.ACCRUED and bonus.status not in _CONFIRMED else bonus.accrued_at


def _rejected_at(bonus: Bonus, standing: Status, at: datetime) -> datetime | None:
    if standing is not Status.REJECTED:
        return None
    return bonus.rejected_at or at


def _reason(report: Report) -> str | None:
    if report.status in {ConversionStatus.REPORTED, ConversionStatus.APPROVED}:
        return None
    return report.reason or report.status.value


def resolved(before: Bonus, after: Bonus) -> Bonus:
    """Answer the bonus with the status that its points give it; raises IllegalMove."""
    if after.status in _CONFIRMED:
        status = Status.WRITTEN_OFF if _is_used_up(after) else Status.ACCRUED
        after = after if status is after.status else replace(after, status=status)
    if after.status is not before.status and after.status not in MOVES[before.status]:
        raise IllegalMove(after.bonus_id, before.status, after.status)
    return after


def _is_used_up(bonus: Bonus) -> bool:
    return bonus.amount > 0 and bonus.reserved == 0 and bonus.available <= 0
