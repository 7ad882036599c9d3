"""What payout knows from the topics of others: members, their debt, the points free to spend.

`accruals` holds only bonuses with something left, so a run reads what can be paid and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

# Rows are taken in the order of their ids: two consumers never wait for each other in a ring.
_NOTE_STATUS = text("""
INSERT INTO members (member_id, status, registered_at)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]),
                     CAST(:moments AS timestamptz[]))
ORDER BY 1
ON CONFLICT (member_id) DO UPDATE
SET status = excluded.status, registered_at = excluded.registered_at
""")
_NOTE_DEBT = text("""
INSERT INTO members (member_id, debt)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:debts AS bigint[])) ORDER BY 1
ON CONFLICT (member_id) DO UPDATE SET debt = excluded.debt WHERE members.debt <> excluded.debt
""")
_NOTE_CONSENTS = text("""
INSERT INTO relatives (relative_id, member_id, is_consented)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:members AS uuid[]), CAST(:consents AS boolean[]))
ORDER BY 1
ON CONFLICT (relative_id) DO UPDATE SET is_consented = excluded.is_consented
""")
_OUT = text("""
SELECT member_id, status FROM members WHERE member_id = ANY(:ids) AND status <> 'active'
""")
_WITHOUT_GOAL = text("""
SELECT member_id FROM unnest(CAST(:ids AS uuid[])) AS member_id
WHERE NOT EXISTS (SELECT FROM goals WHERE goals.member_id = member_id.member_id)
ORDER BY 1
""")
_OWN_NUMBER = text("""
INSERT INTO goals (goal_id, member_id, kind, position)
SELECT goal_id, member_id, 'top_up', 1
FROM unnest(CAST(:goal_ids AS uuid[]), CAST(:ids AS uuid[])) AS new (goal_id, member_id)
ON CONFLICT DO NOTHING
""")
_SPENT = text("DELETE FROM accruals WHERE bonus_id = ANY(:ids)")
_FREE = text("""
INSERT INTO accruals (bonus_id, member_id, available, accrued_at)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:members AS uuid[]), CAST(:available AS bigint[]),
                     CAST(:moments AS timestamptz[]))
ORDER BY 1
ON CONFLICT (bonus_id) DO UPDATE
SET available = excluded.available, accrued_at = excluded.accrued_at
""")
_PARKED = text("""
SELECT count(*) FROM parked WHERE topic = 'bonuses' AND state NOT IN ('applied', 'discarded')
""")


@dataclass(frozen=True, slots=True)
class Bonus:
    """A bonus as far as a run cares: how many of its points are free, and since when."""

    bonus_id: UUID
    member_id: UUID
    available: int
    accrued_at: datetime | None


def note_members(connection: Connection, members: Mapping[UUID, tuple[str, datetime]]) -> None:
    """Keep status and date of registration of members, each with a goal to begin with."""
    statuses = [status for status, _ in members.values()]
    moments = [registered_at for _, registered_at in members.values()]
    connection.execute(
        _NOTE_STATUS, {"ids": list(members), "statuses": statuses, "moments": moments}
    )
    give_first_goals(connection, list(members))


def not_active(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Answer those of these members who are blocked or erased, and which of the two."""
    rows = connection.execute(_OUT, {"ids": list(member_ids)})
    return {row.member_id: row.status for row in rows}


def note_debts(connection: Connection, debts: Mapping[UUID, int]) -> None:
    """Keep what members owe; one we had not heard of is a member like any other."""
    connection.execute(_NOTE_DEBT, {"ids": list(debts), "debts": list(debts.values())})
    give_first_goals(connection, list(debts))


def note_consents(connection: Connection, consents: Mapping[UUID, tuple[UUID, bool]]) -> None:
    """Keep whose relatives they are, and whether they agree to be topped up."""
    members = [member_id for member_id, _ in consents.values()]
    agreed = [is_consented for _, is_consented in consents.values()]
    connection.execute(
        _NOTE_CONSENTS, {"ids": list(consents), "members": members, "consents": agreed}
    )


def note_bonuses(connection: Connection, bonuses: Mapping[UUID, Bonus]) -> None:
    """Keep what is free of each bonus, and forget what is not."""
    free = [one for one in bonuses.values() if one.available > 0 and one.accrued_at is not None]
    spent = list(bonuses.keys() - {one.bonus_id for one in free})
    if spent:
        connection.execute(_SPENT, {"ids": spent})
    if free:
        connection.execute(
            _FREE,
            {
                "ids": [one.bonus_id for one in free],
                "members": [one.member_id for one in free],
                "available": [one.available for one in free],
                "moments": [one.accrued_at for one in free],
            },
        )


def count_bonuses_parked(connection: Connection) -> int:
    """Answer how many messages of bonuses could not be applied yet: a run cannot know of them."""
    return int(connection.scalar(_PARKED) or 0)


def give_first_goals(connection: Connection, member_ids: Sequence[UUID]) -> None:
    """Give members that never had a goal the default one: to top up their own number."""
    rows = connection.scalars(_WITHOUT_GOAL, {"ids": list(member_ids)}).all()
    if rows:
        connection.execute(_OWN_NUMBER, {"goal_ids": [uuid4() for _ in rows], "ids": list(rows)})
