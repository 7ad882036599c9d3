"""Bonuses that stand and fall with purchases: for the first one, and for a friend's."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.bonus_status.domain import CONFIRMED, Bonus, Status

_ORDER = {Status.ACCRUED: 0, Status.WRITTEN_OFF: 0, Status.PENDING: 1}


def followed(purchase_id: str | None, purchases: Iterable[Bonus]) -> Bonus | None:
    """Answer the purchase that a first-purchase bonus follows; None: none of them stands.

    The one that it followed so far, as long as that stands; else the earliest confirmed one, else
    the earliest that waits. A purchase that earned nothing is a purchase all the same. Example:
    the first of three is returned, the second waits, the third is confirmed: the third.
    """
    standing = [one for one in purchases if one.status is not Status.REJECTED]
    for one in standing:
        if one.bonus_id == purchase_id:
            return one
    return min(standing, key=_earliest_confirmed, default=None)


def _earliest_confirmed(bonus: Bonus) -> tuple[object, ...]:
    return (_ORDER[bonus.status], bonus.opened_at, bonus.bonus_id)


def status_with(purchase: Bonus | None) -> Status:
    """Answer how a bonus stands that depends on a purchase."""
    if purchase is None:
        return Status.REJECTED
    return Status.ACCRUED if purchase.status in CONFIRMED else purchase.status


@dataclass(slots=True)
class Friend:
    """How many purchases of an invited member are confirmed, and how many wait."""

    confirmed: int = 0
    waiting: int = 0

    def note(self, before: Bonus | None, after: Bonus) -> None:
        """Count a purchase anew."""
        if before is not None:
            self._count(before, -1)
        self._count(after, 1)

    def status(self) -> Status:
        """Answer how the invitation stands: confirmed while any purchase of the friend is."""
        if self.confirmed:
            return Status.ACCRUED
        return Status.PENDING if self.waiting else Status.REJECTED

    def _count(self, purchase: Bonus, change: int) -> None:
        if purchase.status in CONFIRMED:
            self.confirmed += change
        elif purchase.status is Status.PENDING:
            self.waiting += change
