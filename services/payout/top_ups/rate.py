"""As many calls a second as the operator allows, whoever of us makes them: one bucket of tokens.

The bucket is a row of our database, and its tokens are taken in the transaction that claims the
payouts they are for. So no executor, however many there are and on however many machines, calls
with a token that another one has spent, a claim rolled back spends none, and it is right whatever
happens to Redis, which payout therefore does not need. What is put back unsent has spent its
tokens: we call too little then, never too much.

Tokens are kept in millionths, for then a microsecond at a whole rate adds a whole number of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.payout.store import bucket
from services.payout.store.bucket import Bucket
from services.payout.store.payouts import Payout

_MILLION = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second; 0 means that nobody counts.

    An operator counts as he likes, most often with a bucket of his own that holds a second's calls.
    Ours holds half of them, and a claim takes an eighth: what four executors have in their hands
    and call with later fills the other half.
    """

    per_second: int

    @property
    def burst(self) -> int:
        """Answer how many tokens the bucket holds."""
        return max(1, self.per_second // 2)

    @property
    def claim(self) -> int:
        """Answer how many tokens are taken at once, at most."""
        return max(1, self.per_second // 8)


NO_LIMIT = Rate(0)


def refill(kept: Bucket, rate: Rate, now: datetime) -> Bucket:
    """Answer the bucket as it is now; a clock that was set back adds nothing.

    At 100 a second, 20 milliseconds bring two tokens:
    >>> from datetime import UTC
    >>> began = datetime(2026, 12, 1, tzinfo=UTC)
    >>> later = began + timedelta(milliseconds=20)
    >>> refill(Bucket(0, began), Rate(100), later).tokens
    2
    """
    if now <= kept.filled_at:
        return kept
    added = (now - kept.filled_at) // _MICROSECOND * rate.per_second
    return Bucket(min(rate.burst * _MILLION, kept.millionths + added), now)


def take(kept: Bucket, count: int) -> Bucket:
    """Answer the bucket without so many tokens, which it must have."""
    assert count <= kept.tokens
    return replace(kept, millionths=kept.millionths - count * _MILLION)


def within(
    connection: Connection,
    rate: Rate,
    now: datetime,
    claim: Callable[[int], Sequence[Payout]],
    *,
    most: int,
) -> Sequence[Payout]:
    """Claim at most so many payouts, and no more than there are tokens, which are then spent."""
    if not rate.per_second:
        return claim(most)
    found = refill(bucket.lock(connection), rate, now)
    claimed = claim(min(most, rate.claim, found.tokens)) if found.tokens else []
    if claimed:
        bucket.keep(connection, take(found, len(claimed)))
    return claimed
