"""What is due by itself: promises that were not kept, claims that are settled, reminders."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from services.bonus_status.claims.domain import Ask, Claim, OpenedBy, open_claim
from shared.database import raw

_CLAIMS = UUID("5f0c2b58-6a1e-4c36-9f1f-0a7e7f0f3b5e")

# Of an order with several lines the first pending one stands for all. An order that was claimed,
# whatever came of it, is not claimed again.
_BROKEN_PROMISES = """
SELECT DISTINCT ON (member_id, store_id, coalesce(order_id, bonus_id::text))
       member_id::text, store_id, NULL, bonus_id::text, order_id, ordered_at, paid_minor, currency
FROM (
    SELECT bonuses.* FROM bonuses JOIN accounts USING (member_id)
    WHERE status = 'pending' AND expected_at <= %(now)s
      AND member_status IS DISTINCT FROM 'erased'
      AND NOT EXISTS (SELECT FROM claims WHERE claims.bonus_id = bonuses.bonus_id)
      AND NOT EXISTS (
          SELECT FROM claims WHERE claims.member_id = bonuses.member_id
             AND claims.store_id = bonuses.store_id AND claims.order_id = bonuses.order_id)
    ORDER BY expected_at LIMIT %(limit)s
) AS late
ORDER BY member_id, store_id, coalesce(order_id, bonus_id::text), opened_at, bonus_id
"""
# The order has bonuses and none of them waits: the store has decided.
_HAS_DECIDED = """
EXISTS (
    SELECT FROM bonuses WHERE bonuses.member_id = claims.member_id
       AND (bonuses.bonus_id = claims.bonus_id
            OR (bonuses.store_id = claims.store_id AND bonuses.order_id = claims.order_id))
    HAVING count(*) > 0 AND NOT bool_or(status = 'pending'))
"""
_SETTLED = f"""
SELECT claim_id::text FROM claims
WHERE state IN ('opened', 'sent', 'answered') AND {_HAS_DECIDED}
ORDER BY answer_by LIMIT %(limit)s
"""  # noqa: S608 - a constant
_IS_SETTLED = f"SELECT {_HAS_DECIDED} FROM claims WHERE claim_id = %s"  # noqa: S608 - a constant
_REMIND = """
INSERT INTO reminders (claim_id, deadline, due_at, made_at)
SELECT claim_id, deadline, due_at, %(now)s FROM (
    SELECT claim_id, 'promise' AS deadline, expected_at AS due_at
    FROM claims JOIN bonuses USING (bonus_id) WHERE state IN ('opened', 'sent', 'answered')
    UNION ALL
    SELECT claim_id, 'partner', partner_by FROM claims WHERE state = 'sent'
    UNION ALL
    SELECT claim_id, 'answer', answer_by FROM claims WHERE state IN ('opened', 'sent', 'answered')
) AS deadlines
WHERE due_at <= %(now)s ON CONFLICT DO NOTHING
"""


def broken_promises(connection: Connection, now: datetime, limit: int) -> list[Claim]:
    """Answer the claims to open for bonuses whose promised date passed, at most so many."""
    rows = raw(connection).execute(_BROKEN_PROMISES, {"now": now, "limit": limit}).fetchall()
    return [_opened(Ask(*row), now) for row in rows]  # type: ignore[arg-type]


def settled(connection: Connection, limit: int) -> Sequence[str]:
    """Answer open claims of purchases that the store has decided on."""
    rows = raw(connection).execute(_SETTLED, {"limit": limit}).fetchall()
    return [str(row[0]) for row in rows]


def is_settled(connection: Connection, claim_id: str) -> bool:
    """Tell whether the store has decided on the whole order of a claim."""
    row = raw(connection).execute(_IS_SETTLED, [claim_id]).fetchone()
    return bool(row and row[0])


def remind(connection: Connection, now: datetime) -> int:
    """Remind of every deadline that passed, once; answers how many are new."""
    return raw(connection).execute(_REMIND, {"now": now}).rowcount


def _opened(ask: Ask, now: datetime) -> Claim:
    # By its bonus, so that two jobs that look at once open one claim, not two.
    claim_id = str(uuid5(_CLAIMS, str(ask.bonus_id)))
    return open_claim(claim_id, ask, OpenedBy.ITSELF, now)
