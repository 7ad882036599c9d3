"""How the points of a bonus are set aside, spent, given back, used to repay a debt: pure rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from services.bonus_status.domain import Bonus, resolved


class PayoutState(StrEnum):
    """What became of the points that a payout asked for."""

    RESERVED = "reserved"
    REFUSED = "refused"
    WRITTEN_OFF = "written_off"
    RELEASED = "released"
    RETURNED = "returned"


# The one table of moves; None: the payout is new.
PAYOUT_MOVES: Mapping[PayoutState | None, frozenset[PayoutState]] = {
    None: frozenset({PayoutState.RESERVED, PayoutState.REFUSED}),
    PayoutState.RESERVED: frozenset({PayoutState.WRITTEN_OFF, PayoutState.RELEASED}),
    PayoutState.WRITTEN_OFF: frozenset({PayoutState.RETURNED}),
    PayoutState.REFUSED: frozenset(),
    PayoutState.RELEASED: frozenset(),
    PayoutState.RETURNED: frozenset(),
}


def reserve(bonus: Bonus, amount: int) -> Bonus:
    """Answer the bonus with some of its points set aside for a payout."""
    return resolved(bonus, replace(bonus, reserved=bonus.reserved + amount))


def release(bonus: Bonus, amount: int) -> Bonus:
    """Answer the bonus with reserved points given back."""
    return resolved(bonus, replace(bonus, reserved=bonus.reserved - amount))


def write_off(bonus: Bonus, amount: int, payout_id: str) -> Bonus:
    """Answer the bonus with reserved points spent by the payout."""
    reserved, spent = bonus.reserved - amount, bonus.written_off + amount
    return resolved(
        bonus, replace(bonus, reserved=reserved, written_off=spent, payout_id=payout_id)
    )


def bring_back(bonus: Bonus, amount: int) -> Bonus:
    """Answer the bonus with spent points given back, because their payout was reversed."""
    spent = bonus.written_off - amount
    payout_id = bonus.payout_id if spent else None
    return resolved(bonus, replace(bonus, written_off=spent, payout_id=payout_id))


def repay(giver: Bonus, debtor: Bonus) -> tuple[Bonus, Bonus, int]:
    """Answer both bonuses after one paid what it can of the other's debt, and how much that was."""
    amount = min(giver.available, -debtor.available)
    paid = resolved(giver, replace(giver, repaid=giver.repaid + amount))
    freed = resolved(debtor, replace(debtor, repaid=debtor.repaid - amount))
    return paid, freed, amount


def share_out(bonuses: Sequence[Bonus], amount: int) -> list[tuple[Bonus, int]]:
    """Answer how much each bonus gives towards an amount, the oldest accrued first."""
    shares: list[tuple[Bonus, int]] = []
    for bonus in sorted(bonuses, key=_age):
        given = min(amount, max(bonus.available, 0))
        if given:
            shares.append((bonus, given))
            amount -= given
    return shares


def _age(bonus: Bonus) -> tuple[datetime, str]:
    return bonus.accrued_at or bonus.opened_at, bonus.bonus_id
