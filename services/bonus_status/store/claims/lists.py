"""What members and clerks read of claims: pages, one claim with its steps, reminders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from services.bonus_status.store.claims.kept import SELECTED

_READ = f"""
SELECT {SELECTED}, coalesce(stores.name, claims.store_id) AS store_name,
    (SELECT json_build_object('name', file.name, 'media_type', media_type,
                              'size_bytes', size_bytes, 'sha256', content_hash)
     FROM claim_files AS file WHERE file.claim_id = claims.claim_id) AS file
FROM claims LEFT JOIN stores USING (store_id)
"""  # noqa: S608 - columns
_OF_MEMBER = text(f"""{_READ}
WHERE member_id = :member_id AND (CAST(:after AS uuid) IS NULL OR (opened_at, claim_id) <
    (SELECT opened_at, claim_id FROM claims WHERE claim_id = :after AND member_id = :member_id))
ORDER BY claims.opened_at DESC, claims.claim_id DESC LIMIT :limit
""")  # noqa: S608 - columns
# Where the partner keeps silent it is late by its own deadline, before the member's.
_OVERDUE = "(CASE WHEN claims.state = 'sent' THEN partner_by ELSE answer_by END) <= :now"
_FOR_CLERKS = text(f"""{_READ}
WHERE (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:store_id AS text) IS NULL OR claims.store_id = :store_id)
  AND (CAST(:member_id AS uuid) IS NULL OR member_id = :member_id)
  AND (NOT :overdue OR (state IN ('opened', 'sent', 'answered') AND {_OVERDUE}))
  AND (CAST(:after AS uuid) IS NULL OR (answer_by, claim_id) >
    (SELECT answer_by, claim_id FROM claims WHERE claim_id = :after))
ORDER BY claims.answer_by, claims.claim_id LIMIT :limit
""")  # noqa: S608 - columns
_ONE = text(f"{_READ} WHERE claim_id = :claim_id")
_STEPS = text("""
SELECT what, at, who, why FROM claim_steps WHERE claim_id = :claim_id ORDER BY step_number
""")
# The bonuses of its order, whoever reported it: by the store, or by the claim's acceptance.
_BONUSES = text("""
SELECT bonus_id, status, amount FROM bonuses
WHERE member_id = :member_id AND store_id = :store_id
  AND (order_id = :order_id OR bonus_id = :bonus_id)
ORDER BY opened_at, bonus_id
""")
_REMINDERS = text("""
SELECT claim_id, bonus_id, deadline, due_at, made_at, done_at, state, store_id, member_id
FROM reminders JOIN claims USING (claim_id)
WHERE (:done OR done_at IS NULL) AND (CAST(:after AS text) IS NULL
    OR (due_at, claim_id, deadline) > (CAST(:due_at AS timestamptz), CAST(:claim_id AS uuid),
                                       CAST(:deadline AS text)))
ORDER BY due_at, claim_id, deadline LIMIT :limit
""")


def of_member(
    connection: Connection, member_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Answer a page of the member's claims, the newest first."""
    asked = {"member_id": member_id, "after": after, "limit": limit}
    return connection.execute(_OF_MEMBER, asked).mappings().all()


def for_clerks(
    connection: Connection, asked: Mapping[str, Any], now: datetime
) -> Sequence[RowMapping]:
    """Answer a page of claims, that first of which the answer is due first."""
    return connection.execute(_FOR_CLERKS, {**asked, "now": now}).mappings().all()


def one(connection: Connection, claim_id: UUID, member_id: UUID | None) -> dict[str, Any] | None:
    """Answer a claim with its steps and bonuses; None when there is none, or not of the member."""
    found = connection.execute(_ONE, {"claim_id": claim_id}).mappings().first()
    if found is None or str(member_id or found["member_id"]) != found["member_id"]:
        return None
    steps = connection.execute(_STEPS, {"claim_id": claim_id}).mappings().all()
    bonuses = connection.execute(_BONUSES, dict(found)).mappings().all()
    return {**found, "steps": steps, "bonuses": bonuses}


def reminders(
    connection: Connection, after: tuple[datetime, str, str] | None, limit: int, *, done: bool
) -> Sequence[RowMapping]:
    """Answer a page of reminders, the oldest deadline first; `done`: those of ended claims too."""
    due_at, claim_id, deadline = after or (None, None, None)
    asked = {
        "after": None if after is None else "after",
        "due_at": due_at,
        "claim_id": claim_id,
        "deadline": deadline,
        "limit": limit,
        "done": done,
    }
    return connection.execute(_REMINDERS, asked).mappings().all()
