"""What a clerk's correction is in a member's history: a bonus of its own, with the reason."""

from datetime import datetime, timedelta

from services.bonus_status.domain import Bonus, Source, Status
from services.bonus_status.sources.rules import Rule

COUNTS_TOGETHER_FOR = timedelta(hours=24)


def needs_nobody_else(amount: int, alone_before: int, alone_up_to: int) -> bool:
    """Tell whether a clerk may make a correction alone.

    What he gave and took alone for the same member within 24 hours counts together; what a second
    person approved does not. Example: with a limit of 500, after a debit of 300 a credit of 200 is
    made at once, and one point more waits for another person.
    """
    return alone_before + amount <= alone_up_to


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
