"""Goals: a list per member, replaced as a whole; a removed goal stays, because payouts name it.

A run counts the list as it stood at its cut-off. The first change after a cut-off whose run is not
planned yet keeps the old list in `closed_goals` under that moment, where the plan looks first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import Goal, Kind
from shared.months import month_at

_KNOW = text("INSERT INTO members (member_id) VALUES (:member_id) ON CONFLICT DO NOTHING")
_LOCK = text("SELECT FROM members WHERE member_id = :member_id FOR UPDATE")
_OF = text("""
WITH closed AS (
    SELECT * FROM closed_goals WHERE closed_at = :closed_at AND member_id = ANY(:ids)
), listed AS (
    SELECT member_id, position, goal_id, kind, monthly_limit, target, relative_id, is_paused
    FROM closed
    UNION ALL
    SELECT member_id, position, goal_id, kind, monthly_limit, target, relative_id, is_paused
    FROM goals WHERE member_id = ANY(:ids) AND removed_at IS NULL
      AND NOT EXISTS (SELECT FROM closed WHERE closed.member_id = goals.member_id)
)
SELECT listed.member_id, goal_id, kind, monthly_limit, target, relative_id, is_paused,
       relative_id IS NULL OR coalesce(is_consented, false) AS has_consent
FROM listed LEFT JOIN relatives USING (relative_id) ORDER BY listed.member_id, position
""")
_CLOSE = text("""
INSERT INTO closed_goals (closed_at, member_id, position, goal_id, kind, monthly_limit, target,
                          relative_id, is_paused)
SELECT cutoff.at, member_id, position, goal_id, kind, monthly_limit, target, relative_id, is_paused
FROM goals, (
    SELECT cutoff_at AS at FROM runs WHERE planned_at IS NULL AND cutoff_at <= :now
    UNION
    SELECT CAST(:begins_at AS timestamptz)
    WHERE NOT EXISTS (SELECT FROM runs WHERE month = :month)
) AS cutoff
WHERE member_id = :member_id AND removed_at IS NULL AND NOT EXISTS (
    SELECT FROM closed_goals AS closed
    WHERE closed.closed_at = cutoff.at AND closed.member_id = :member_id
)
""")
_REMOVE = text("""
UPDATE goals SET removed_at = :now
WHERE member_id = :member_id AND removed_at IS NULL AND goal_id <> ALL(CAST(:kept AS uuid[]))
""")
_KEEP = text("""
INSERT INTO goals (goal_id, member_id, kind, position, monthly_limit, target, relative_id,
                   is_paused)
VALUES (:goal_id, :member_id, :kind, :position, :monthly_limit, :target, :relative_id, :is_paused)
ON CONFLICT (goal_id) DO UPDATE SET
    position = excluded.position, monthly_limit = excluded.monthly_limit,
    target = excluded.target, is_paused = excluded.is_paused
""")
_CONSENTS = text("SELECT relative_id, is_consented FROM relatives WHERE member_id = :member_id")
_DENOMINATIONS = text("""
SELECT amount FROM denominations
WHERE valid_from = (SELECT max(valid_from) FROM denominations WHERE valid_from <= :moment)
ORDER BY amount
""")


def know_member(connection: Connection, member_id: UUID) -> None:
    """Keep a row for a member who proved himself before his event reached us."""
    connection.execute(_KNOW, {"member_id": member_id})


def lock_member(connection: Connection, member_id: UUID) -> bool:
    """Let one change of a member's goals happen at a time; answers whether we know him."""
    return connection.execute(_LOCK, {"member_id": member_id}).first() is not None


def goals_of(connection: Connection, member_id: UUID) -> list[Goal]:
    """Answer a member's goals in his order, as they stand now."""
    return goals_of_all(connection, [member_id]).get(member_id, [])


def goals_of_all(
    connection: Connection, member_ids: Sequence[UUID], cutoff_at: datetime | None = None
) -> dict[UUID, list[Goal]]:
    """Answer the goals of many members, in their order: as they stand, or stood at a cut-off."""
    goals: dict[UUID, list[Goal]] = {}
    for row in connection.execute(_OF, {"ids": list(member_ids), "closed_at": cutoff_at}):
        goal = Goal(
            row.goal_id,
            Kind(row.kind),
            row.monthly_limit,
            row.target,
            row.relative_id,
            row.is_paused,
            row.has_consent,
        )
        goals.setdefault(row.member_id, []).append(goal)
    return goals


def consents_of(connection: Connection, member_id: UUID) -> dict[UUID, bool]:
    """Answer a member's relatives, and whether each agrees to be topped up."""
    rows = connection.execute(_CONSENTS, {"member_id": member_id})
    return {row.relative_id: row.is_consented for row in rows}


def replace_goals(
    connection: Connection, member_id: UUID, goals: Sequence[Goal], now: datetime
) -> None:
    """Put a member's goals in place of those he had; runs past their cut-off keep the old ones."""
    month = month_at(now)
    closing = {"now": now, "month": str(month), "begins_at": month.begins_at()}
    connection.execute(_CLOSE, {"member_id": member_id, **closing})
    kept = [goal.goal_id for goal in goals]
    connection.execute(_REMOVE, {"member_id": member_id, "kept": kept, "now": now})
    for position, goal in enumerate(goals, start=1):
        connection.execute(
            _KEEP,
            {
                "goal_id": goal.goal_id,
                "member_id": member_id,
                "kind": goal.kind.value,
                "position": position,
                "monthly_limit": goal.monthly_limit,
                "target": goal.target,
                "relative_id": goal.relative_id,
                "is_paused": goal.is_paused,
            },
        )


def denominations_at(connection: Connection, moment: datetime) -> list[int]:
    """Answer the list of certificate denominations that holds at a moment, in rising order."""
    return list(connection.scalars(_DENOMINATIONS, {"moment": moment}))
