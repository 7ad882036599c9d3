"""Who invited whom, what is held, and how the friends' purchases stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.bonus_status.sources.dependents import Friend
from shared.arrays import array
from shared.database import raw

TOPIC = "invitations"  # under which a release has its place among what was applied
_INVITERS = """
SELECT friend_id::text, inviter_id::text FROM invitations WHERE friend_id = ANY(%s::uuid[])
"""
_COLUMNS = "friend_id::text, inviter_id::text, joined_at, held_because, released_at"
_OF_FRIENDS = f"SELECT {_COLUMNS} FROM invitations WHERE friend_id = ANY(%s::uuid[])"  # noqa: S608
_HELD = f"""
SELECT {_COLUMNS} FROM invitations WHERE held_because IS NOT NULL AND released_at IS NULL
ORDER BY joined_at, friend_id LIMIT 100
"""  # noqa: S608 - columns
_OF_INVITER = f"""
SELECT {_COLUMNS} FROM invitations WHERE inviter_id = %s ORDER BY joined_at DESC LIMIT 100
"""  # noqa: S608 - columns
# In a loop somebody was invited, through however many, by whom he invites himself.
_ADD = """
WITH RECURSIVE new (friend_id, inviter_id, joined_at, shared_device) AS (
    VALUES (%s::uuid, %s::uuid, %s::timestamptz, %s::boolean)
), chain AS (
    SELECT inviter_id AS above FROM new
    UNION
    SELECT invitations.inviter_id FROM chain
    JOIN invitations ON invitations.friend_id = chain.above
)
INSERT INTO invitations (friend_id, inviter_id, joined_at, held_because)
SELECT friend_id, inviter_id, joined_at, CASE WHEN shared_device THEN 'shared_device'
    WHEN friend_id IN (SELECT above FROM chain) THEN 'loop' END
FROM new
ON CONFLICT DO NOTHING
"""
_RELEASE = """
UPDATE invitations SET released_by = %s, released_because = %s, released_at = %s
WHERE friend_id = %s AND held_because IS NOT NULL AND released_at IS NULL
"""
_RELEASED = """
SELECT released_by, released_because, released_at FROM invitations WHERE friend_id = %s
"""
_COUNT = """
SELECT member_id::text, count(*) FILTER (WHERE status IN ('accrued', 'written_off')),
       count(*) FILTER (WHERE status = 'pending')
FROM bonuses WHERE member_id = ANY(%s::uuid[]) AND source = 'purchase' GROUP BY member_id
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One member invited another, who joined; a held one gives nothing until it is released."""

    friend_id: str
    inviter_id: str
    joined_at: datetime
    held_because: str | None
    released_at: datetime | None

    @property
    def is_held(self) -> bool:
        """Tell whether a clerk has yet to look at it."""
        return self.held_because is not None and self.released_at is None


def share_of(member_id: str) -> str:
    """Name the share of a rule that one member has."""
    return f"member:{member_id}"


def inviters(connection: Connection, members: Collection[str]) -> dict[str, str]:
    """Answer who invited those of the members who were invited."""
    rows = raw(connection).execute(_INVITERS, [array(sorted(members))]).fetchall()
    return {str(friend): str(inviter) for friend, inviter in rows}


def of_friends(connection: Connection, friends: Collection[str]) -> list[Invitation]:
    """Answer the invitations of these friends; lock their accounts first."""
    return _read(connection, _OF_FRIENDS, [array(sorted(friends))])


def held(connection: Connection) -> list[Invitation]:
    """Answer the 100 that wait longest for a clerk."""
    return _read(connection, _HELD, [])


def of_inviter(connection: Connection, member_id: str) -> list[Invitation]:
    """Answer whom a member invited, the last first, at most 100."""
    return _read(connection, _OF_INVITER, [member_id])


def add(connection: Connection, rows: Sequence[tuple[str, str, datetime, bool]]) -> None:
    """Keep who was invited by whom, once for ever: (friend, inviter, joined, shared device).

    One by one: the one that closes a loop is held, however many come at once.
    """
    for row in rows:
        raw(connection).execute(_ADD, row)


def release(connection: Connection, friend_id: str, clerk: str, reason: str, now: datetime) -> bool:
    """Let a held invitation count; answers whether it was held."""
    return raw(connection).execute(_RELEASE, [clerk, reason, now, friend_id]).rowcount == 1


def released(connection: Connection, friend_id: str) -> dict[str, Any]:
    """Answer how an invitation was released: clerk, reason, now."""
    row = raw(connection).execute(_RELEASED, [friend_id]).fetchone()
    assert row is not None
    return dict(zip(("clerk", "reason", "now"), row, strict=True))


def friends(connection: Connection, members: Collection[str]) -> dict[str, Friend]:
    """Count how the purchases of these members stand."""
    rows = raw(connection).execute(_COUNT, [array(sorted(members))]).fetchall()
    counted = {str(row[0]): Friend(int(str(row[1])), int(str(row[2]))) for row in rows}
    return {member: counted.get(member) or Friend() for member in members}


def _read(connection: Connection, query: str, parameters: list[object]) -> list[Invitation]:
    rows = raw(connection).execute(query.encode(), parameters).fetchall()
    return [Invitation(*row) for row in rows]  # type: ignore[arg-type]
