"""A posting of a member, as a statement reads it."""

from dataclasses import dataclass
from datetime import datetime

from services.bonus_status.ledger import Place

HELD = (Place.MEMBER_ACCRUED, Place.MEMBER_RESERVED, Place.MEMBER_DEBT)


@dataclass(frozen=True, slots=True)
class Posted:
    """One posting of the member, with the names that a reader of the statement knows.

    `given_for`, `reason` and `sentence` are those of its bonus: its source, what a clerk or a store
    gave as the reason, and what its rule tells members. `event_repaid`: how much of the member's
    debts the same event repaid from what was free.
    """

    posted_at: datetime
    source: str
    destination: str
    amount: int
    corrects: str | None
    bonus_id: str
    store_id: str | None
    store_name: str
    payout_id: str | None
    payout_kind: str | None
    given_for: str
    reason: str | None
    sentence: str | None
    event_id: str
    event_repaid: int
