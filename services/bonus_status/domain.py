"""What a bonus is, and how its status moves: pure rules, no I/O and no clock.

A bonus follows the full current state of what it depends on, never a difference, so that the
outcome depends on the last word alone and a store that changes its mind needs no special case. What
it has given away (reserved, written off, repaid) is kept apart from what it is worth: when its
worth falls below what it gave, `available` goes below zero and that is the member's debt.
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


class Source(StrEnum):
    """What a bonus is given for; a store pays for purchases, the operator for all else."""

    PURCHASE = "purchase"
    EMAIL_LINKED = "email_linked"
    PROFILE_FILLED = "profile_filled"
    FIRST_PURCHASE = "first_purchase"
    PROMO_CODE = "promo_code"
    INVITATION = "invitation"
    CAMPAIGN = "campaign"
    CORRECTION = "correction"


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
CONFIRMED = frozenset({Status.ACCRUED, Status.WRITTEN_OFF})


class IllegalMove(Exception):
    """A bonus cannot go from one status to the other."""

    code = "illegal_move"

    def __init__(self, bonus_id: str, before: Status, after: Status) -> None:
        """Keep both statuses."""
        self.bonus_id, self.before, self.after = bonus_id, before, after
        super().__init__(f"Bonus {bonus_id} cannot move from {before} to {after}.")


class Bonus(Struct, frozen=True):
    """One bonus: what it is worth and what it has given away; the fields are its table's columns.

    It takes the id of the conversion that opens it, so that no conversion can open two bonuses; a
    bonus of another source takes an id made of what it is for, so that nothing is rewarded twice.
    What only a purchase has (its click, order, price) is None for the others; what only they have
    is the rule that gives them, and the purchase that a bonus `follows` where it depends on one.
    A rejected bonus keeps the amount it would have had, so that the member sees what was refused.
    `repaid` is signed: what it gave for the debt of other bonuses, less what others gave for its
    own. `credited_by` names the posting that put its points where they stand, for corrections.
    """

    bonus_id: str
    member_id: str
    source: Source
    opened_at: datetime
    status: Status
    amount: int
    reserved: int = 0
    written_off: int = 0
    repaid: int = 0
    conversion_id: str | None = None
    store_id: str | None = None
    order_id: str | None = None
    terms_id: str | None = None
    clicked_at: datetime | None = None
    ordered_at: datetime | None = None
    expected_at: datetime | None = None
    paid_minor: int | None = None
    currency: str | None = None
    rate_micro: int | None = None
    category: str | None = None
    conversion_status: ConversionStatus | None = None
    conversion_version: int | None = None
    rule_id: str | None = None
    rule_version: int | None = None
    follows: str | None = None
    accrued_at: datetime | None = None
    rejected_at: datetime | None = None
    reason: str | None = None
    payout_id: str | None = None
    credited_by: str | None = None

    @property
    def purchase(self) -> Purchase | None:
        """Answer what was paid; None when the bonus is of no purchase."""
        if self.paid_minor is None or self.currency is None or self.rate_micro is None:
            return None
        return Purchase(self.paid_minor, self.currency, self.rate_micro, self.category)

    @property
    def pending(self) -> int:
        """Answer the points that wait for the store's confirmation."""
        return self.amount if self.status is Status.PENDING else 0

    @property
    def credited(self) -> int:
        """Answer the points that the store confirmed."""
        return self.amount if self.status in CONFIRMED else 0

    @property
    def available(self) -> int:
        """Answer what can still be spent; below zero it is the debt this bonus left behind."""
        return self.credited - self.reserved - self.written_off - self.repaid


def stand(
    bonus: Bonus,
    standing: Status,
    *,
    amount: int,
    at: datetime,
    reason: str | None,
    **changes: object,
) -> Bonus:
    """Answer the bonus as what it depends on makes it stand now; raises IllegalMove.

    When it was first confirmed and first rejected stays: a confirmed one that is confirmed again
    keeps its moment, one that was rejected in between takes the new one.
    """
    accrues = standing is Status.ACCRUED and bonus.status not in CONFIRMED
    is_rejected = standing is Status.REJECTED
    return resolved(
        bonus,
        replace(
            bonus,
            status=standing,
            amount=amount,
            accrued_at=at if accrues else bonus.accrued_at,
            rejected_at=(bonus.rejected_at or at) if is_rejected else None,
            reason=reason,
            **changes,
        ),
    )


def resolved(before: Bonus, after: Bonus) -> Bonus:
    """Answer the bonus with the status that its points give it; raises IllegalMove."""
    if after.status in CONFIRMED:
        status = Status.WRITTEN_OFF if _is_used_up(after) else Status.ACCRUED
        after = after if status is after.status else replace(after, status=status)
    if after.status is not before.status and after.status not in MOVES[before.status]:
        raise IllegalMove(after.bonus_id, before.status, after.status)
    return after


def _is_used_up(bonus: Bonus) -> bool:
    return bonus.amount > 0 and bonus.reserved == 0 and bonus.available <= 0
