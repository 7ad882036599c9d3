"""How a bonus that is of no purchase is opened and moved in the open books, within its budget."""

from dataclasses import dataclass, field

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import CONFIRMED, Bonus, Status, stand
from services.bonus_status.ledger import moves_of_report
from services.bonus_status.sources.budgets import Budgets, Caps
from services.bonus_status.sources.rules import Rule


@dataclass(frozen=True, slots=True)
class Gift:
    """What a bonus should be: whose, by which rule, how much, and how it stands.

    `caps`: the shares of the rule that it counts in, and the most that each may get.
    """

    bonus_id: str
    member_id: str
    rule: Rule
    amount: int
    standing: Status
    follows: str | None = None
    caps: Caps = field(default_factory=dict)
    reason: str | None = None


def give(books: Books, budgets: Budgets, gift: Gift, cause: Cause) -> Bonus | None:
    """Bring a bonus to what it should be; answers it, or None when nothing is left to give.

    It gets what it should be worth, or the rest where less is left: the last one gets the rest.
    Example: 200 points for a friend, 1 000 in all for the member, who had 900: 100 points. Points
    that a rejected bonus gives back can be given to others; it gets what is left when it rises.
    """
    before = books.bonuses.get(gift.bonus_id)
    held = 0 if before is None or before.status is Status.REJECTED else before.amount
    amount = min(gift.amount, budgets.room(gift.rule, gift.caps) + held)
    if before is None and amount <= 0:
        return None
    standing = stands_after(before, gift.standing)
    if standing is Status.REJECTED and before is not None:
        amount = before.amount
    after = _after(before, gift, standing, amount, cause)
    if before is None or not _says_the_same(before, after):
        given = 0 if after.status is Status.REJECTED else amount
        budgets.move(gift.rule, gift.caps, given - held)
        books.write(before, after, moves_of_report(before, after), cause)
        books.repay_debt(gift.member_id, cause)
    return books.bonuses[gift.bonus_id]


def stands_after(before: Bonus | None, wanted: Status) -> Status:
    """Answer how a bonus stands that should be `wanted`.

    Confirmed points never wait again: when what confirmed them fell and another purchase only
    waits, the bonus is rejected, and waits anew when that purchase is next heard of.
    """
    falls = before is not None and before.status in CONFIRMED and wanted is Status.PENDING
    return Status.REJECTED if falls else wanted


def _after(before: Bonus | None, gift: Gift, standing: Status, amount: int, cause: Cause) -> Bonus:
    if before is not None:
        return stand(
            before, standing, amount=amount, at=cause.at, reason=gift.reason, follows=gift.follows
        )
    return Bonus(
        gift.bonus_id,
        gift.member_id,
        gift.rule.source,
        cause.at,
        standing,
        amount,
        rule_id=gift.rule.rule_id,
        rule_version=gift.rule.version,
        follows=gift.follows,
        accrued_at=cause.at if standing is Status.ACCRUED else None,
        rejected_at=cause.at if standing is Status.REJECTED else None,
        reason=gift.reason,
    )


def _says_the_same(before: Bonus, after: Bonus) -> bool:
    told = (before.status, before.amount, before.follows)
    return told == (after.status, after.amount, after.follows)
