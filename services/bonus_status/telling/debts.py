"""Why a member owes points, in words."""

from collections.abc import Sequence

from services.bonus_status.domain import Bonus, ConversionStatus, Source, Status
from services.bonus_status.spending import Spent

_KINDS = {"top_up": "a top-up", "certificate": "a certificate"}


def debt_in_words(bonus: Bonus, store_name: str | None, spent_on: Sequence[Spent]) -> str:
    """Say what is owed of a bonus, and by what it came to be.

    Example: "76 points of your purchase at AliExpress: the goods were returned after 76 points had
    been paid by a top-up of 2026-12. Your next points repay them."
    """
    paid = "; ".join(
        f"{one.amount} points had been paid by {_KINDS.get(one.kind, one.kind)} of {one.run_month}"
        for one in spent_on
    )
    after = f" after {paid}" if paid else ", and its points are spent"
    if bonus.amount < 0:
        what, after = "a correction by the operator", ""
    elif store_name is None:
        what = "a bonus that depended on a purchase"
    else:
        what = f"your purchase at {store_name}"
    return (
        f"{-bonus.available} points of {what}: {_cause(bonus)}{after}. Your next points repay them."
    )


def _cause(bonus: Bonus) -> str:
    if bonus.amount < 0:
        return bonus.reason or "no reason was kept"
    if bonus.source is not Source.PURCHASE:
        return "the purchase did not stand"
    if bonus.conversion_status is ConversionStatus.RETURNED:
        return "the goods were returned"
    if bonus.status in {Status.REJECTED, Status.PENDING}:
        return "the store took its approval back"
    return "the store lowered what was paid"
