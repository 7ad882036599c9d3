"""How the points of a bonus are set aside, spent, given back, used to repay a debt: pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from services.bonus_status.domain import Bonus, resolved
from services.bonus_status.ledger import Account


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


@dataclass(frozen=True, slots=True)
class Spent:
    """What a payout took of a bonus."""

    payout_id: str
    run_month: str
    kind: str
    state: str
    amount: int


def why_refused(account: Account, amount: int, minimum: int) -> str | None:
    """Answer why a payout gets none of the points it could have, or None when it gets them.

    The first of these that is true: the member is `blocked`; was erased (`unknown_member`); owes
    points (`debt`); has fewer free than the payout's minimum (`not_enough`).
    Example: an active member without debt, 76 points free, minimum 100: `not_enough`.
    """
    if account.member_status == "blocked":
        return "blocked"
    if account.member_status == "erased":
        return "unknown_member"
    if account.debt:
        return "debt"
    return "not_enough" if amount < minimum else None


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


def oldest_first(bonuses: Iterable[Bonus]) -> list[Bonus]:
    """Sort bonuses as they give and are repaid: by when they accrued (pending: were reported)."""
    return sorted(bonuses, key=lambda bonus: (bonus.accrued_at or bonus.opened_at, bonus.bonus_id))


def share_out(bonuses: Iterable[Bonus], amount: int) -> list[tuple[Bonus, int]]:
    """Answer how many points each bonus gives towards an amount, the oldest first.

    Example: of bonuses with 50 and 76 points free, 100 points take 50 of the older and 50 of the
    other one; 200 points take all 126, and whoever asked decides whether that is enough.
    """
    shares: list[tuple[Bonus, int]] = []
    for bonus in oldest_first(bonuses):
        given = min(amount, max(bonus.available, 0))
        if given:
            shares.append((bonus, given))
            amount -= given
    return shares
