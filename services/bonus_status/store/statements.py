"""Reads what a statement is drawn up from: the postings of a member, by when they were posted."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.bonus_status.statements.posted import HELD, Posted
from shared.database import raw

_ROWS_AT_ONCE = 2_000
# A fact begins with the id of its bonus, and facts are indexed in the order of their bytes: that
# saves each purchase an index of its own for what is asked once a month. OFFSET 0 keeps the order
# of work: bonus by bonus, never all postings of the programme.
_OF_MEMBER = """
(SELECT bonus_id, source AS given_for, reason, rule_id AS given_by, rule_version FROM bonuses
 WHERE member_id = %(member_id)s) AS held
CROSS JOIN LATERAL (
    SELECT * FROM postings
    WHERE fact >= held.bonus_id || ':' AND fact < held.bonus_id || ';' OFFSET 0) AS posting
"""
_OPENING = f"""
SELECT coalesce(sum(CASE WHEN destination = ANY(%(held)s) THEN amount ELSE 0 END
                  - CASE WHEN source = ANY(%(held)s) THEN amount ELSE 0 END), 0)::bigint
FROM {_OF_MEMBER} WHERE posted_at < %(begins)s
"""  # noqa: S608 - a constant
_POSTED = f"""
SELECT posted_at, source, destination, posting.amount, corrects, posting.bonus_id::text, store_id,
       coalesce(stores.name, store_id, 'the programme'), payout_id::text, payouts.kind,
       held.given_for, held.reason, rule.sentence, event_id::text, coalesce(sum(posting.amount)
           FILTER (WHERE (source, destination) = ('member_accrued', 'member_debt'))
           OVER (PARTITION BY event_id), 0)::bigint
FROM {_OF_MEMBER} LEFT JOIN stores USING (store_id) LEFT JOIN payouts USING (payout_id)
LEFT JOIN bonus_rule_versions AS rule
       ON (rule.rule_id, rule.version) = (held.given_by, held.rule_version)
WHERE posted_at >= %(begins)s AND posted_at < %(ends)s
ORDER BY posted_at, posting_id
"""  # noqa: S608 - a constant


def opening(connection: Connection, member_id: UUID, begins: datetime) -> int:
    """Answer what the member held just before a moment."""
    asked = {"held": list(HELD), "member_id": member_id, "begins": begins}
    row = raw(connection).execute(_OPENING, asked).fetchone()
    assert row is not None
    return int(str(row[0]))


def posted(
    connection: Connection, member_id: UUID, begins: datetime, ends: datetime
) -> Iterator[Posted]:
    """Answer the member's postings from one moment up to, not including, another, in order."""
    asked = {"member_id": member_id, "begins": begins, "ends": ends}
    with raw(connection).cursor("statement") as rows:
        rows.itersize = _ROWS_AT_ONCE
        for row in rows.execute(_POSTED, asked):
            yield Posted(*row)  # type: ignore[arg-type]
