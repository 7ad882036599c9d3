"""What a clerk's correction is in a member's history: a bonus of its own, with the reason."""

from datetime import datetime

from services.bonus_status.domain import Bonus, Source, Status
from services.bonus_status.sources.rules import Rule


def bonus_of_correction(  # noqa: PLR0913, PLR0917 - one row, its parts
    bonus_id: str, member_id: str, amount: int, reason: str, rule: Rule, at: datetime
) -> Bonus:
    """Answer the bonus of a correction; below zero it is a debit, and all of it is owed at once.

    What is owed is repaid from what the member has free, the oldest first, in the same posting
    batch; only what that does not cover stays a debt. Example: a debit of 100 from a member with 76
    free: the 76 are taken, and 24 are owed like those of a return.
    """
    return Bonus(
        bonus_id,
        member_id,
        Source.CORRECTION,
        at,
        Status.ACCRUED,
        amount,
        rule_id=rule.rule_id,
        rule_version=rule.version,
        accrued_at=at,
        reason=reason,
    )
