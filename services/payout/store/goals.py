"""Goals: a list per member, replaced as a whole; a removed goal stays, because payouts name it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import Goal, Kind

_KNOW = text("INSERT INTO members (member_id) VALUES (:member_id) ON CONFLICT DO NOTHING")
_LOCK = text("SELECT FROM members WHERE member_id = :member_id FOR UPDATE")
_OF = text("""
SELECT member_id, goal_id, kind, monthly_limit, target FROM goals
WHERE member_id = ANY(:ids) AND removed_at IS NULL ORDER BY member_id, position
""")
_REMOVE = text("""
UPDATE goals SET removed_at = :now
WHERE member_id = :member_id AND removed_at IS NULL AND goal_id <> ALL(CAST(:kept AS uuid[]))
""")
_KEEP = text("""
INSERT INTO goals (goal_id, member_id, kind, position, monthly_limit, target)
VALUES (:goal_id, :member_id, :kind, :position, :monthly_limit, :target)
ON CONFLICT (goal_id) DO UPDATE SET
    position = excluded.position, monthly_limit = excluded.monthly_limit, target = excluded.target
""")
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
    """Answer a member's goals in his order."""
    return goals_of_all(connection, [member_id]).get(member_id, [])


def goals_of_all(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, list[Goal]]:
    """Answer the goals of many members, each list in its member's order."""
    goals: dict[UUID, list[Goal]] = {}
    for member_id, goal_id, kind, monthly_limit, target in connection.execute(
        _OF, {"ids": list(member_ids)}
    ):
        goals.setdefault(member_id, []).append(Goal(goal_id, Kind(kind), monthly_limit, target))
    return goals


def replace_goals(
    connection: Connection, member_id: UUID, goals: Sequence[Goal], now: datetime
) -> None:
    """Put a member's goals in place of those he had."""
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
            },
        )


def denominations_at(connection: Connection, moment: datetime) -> list[int]:
    """Answer the list of certificate denominations that holds at a moment, in rising order."""
    return list(connection.scalars(_DENOMINATIONS, {"moment": moment}))
