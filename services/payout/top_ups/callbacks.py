"""What the operator calls us back about, judged as if it were the answer to a question of ours.

A callback may come before the answer to the call itself: `sending` to `completed` is a move like
any other, and what the executor hears later then changes nothing. One that repeats what is known
changes nothing either, and what is held moves by a clerk alone. A reversal joins those of the
operator's list, under the number that it has there: heard twice, it is applied once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.payout.config import Patience
from services.payout.store import payouts, reversals
from services.payout.store.reversals import Reversal
from services.payout.top_ups.billing import judge_told, keepable
from services.payout.top_ups.outcomes import Tried, keep_outcomes
from services.payout.top_ups.reversals import apply_due

REVERSED = "reversed"


class ReversalKnown(ValueError):
    """A number of the operator's list is one reversal's."""

    code = "reversal_known"
    field = "reversal"

    def __init__(self, number: int) -> None:
        super().__init__(f"reversal: {number} was told before, of another top-up or amount.")


def note(
    connection: Connection, told: Mapping[str, Any], patience: Patience, now: datetime
) -> None:
    """Keep what the operator tells of a top-up that we sent.

    Raises UnknownPayout, ReversalKnown.
    """
    payout_id = told["idempotency_key"]
    payout = payouts.lock(connection, [payout_id])[payout_id]
    if payout.sent_at is None:
        raise payouts.UnknownPayout([payout_id])  # to him, that is: it was never sent
    if told["status"] != REVERSED:
        tried = Tried(payout, judge_told(payout, told))
        keep_outcomes(connection, [tried], patience, now)
        return
    reason = keepable(told["reason"] or "") or REVERSED
    found = Reversal(told["reversal"], payout_id, told["amount_rubles"], reason)
    reversals.add(connection, [found], now)
    if reversals.kept_otherwise(connection, [found]):
        raise ReversalKnown(found.reversal)
    apply_due(connection, now)
