"""The table of notices and every query on it; a notice is kept 400 days."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.notifications.store import Message

KEPT = timedelta(days=400)
# Where a letter is fetched from, and how it goes, is no news.
_NO_NEWS = {"letter_id", "channel"}
_ADD = text("""
INSERT INTO notices (notice_id, member_id, kind, facts, made_at)
VALUES (:notice_id, :member_id, :kind, :facts, :now)
ON CONFLICT (notice_id) DO NOTHING
""")
_PAGE = text("""
SELECT notice_number, notice_id, kind, facts, made_at, read_at, name AS store_name
FROM notices LEFT JOIN stores ON store_id = facts ->> 'store'
WHERE member_id = :member_id AND made_at > :oldest AND notice_number < :before
ORDER BY notice_number DESC LIMIT :limit
""")
_UNREAD = text("""
SELECT count(*) FROM notices
WHERE member_id = :member_id AND read_at IS NULL AND made_at > :oldest
""")
_FIND = text("""
SELECT notice_number FROM notices WHERE member_id = :member_id AND notice_id = :notice_id
""")
_READ = text("""
UPDATE notices SET read_at = :now
WHERE member_id = :member_id AND read_at IS NULL AND notice_number <= :number
""")
_FORGET_OLD = text("DELETE FROM notices WHERE made_at <= :oldest")
_FORGET = text("DELETE FROM notices WHERE member_id = ANY(:members)")


class UnknownNotice(LookupError):
    """The member has no such notice."""

    code = "unknown_notice"

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"You have no notice {notice_id}.")


def add(connection: Connection, message: Message, now: datetime) -> None:
    """Keep what a message tells, once."""
    facts = {name: fact for name, fact in message.own_facts.items() if name not in _NO_NEWS}
    values = {
        "notice_id": message.message_id,
        "member_id": message.member_id,
        "kind": message.kind.value,
        "facts": json.dumps(facts),
        "now": now,
    }
    connection.execute(_ADD, values)


def page(
    connection: Connection, member_id: UUID, before: int, limit: int, now: datetime
) -> Sequence[dict[str, Any]]:
    """Answer a member's notices before a number, newest first."""
    values = {"member_id": member_id, "oldest": now - KEPT, "before": before, "limit": limit}
    return [_shown(row) for row in connection.execute(_PAGE, values)]


def unread(connection: Connection, member_id: UUID, now: datetime) -> int:
    """Answer how many notices a member has not read."""
    values = {"member_id": member_id, "oldest": now - KEPT}
    return int(connection.scalar(_UNREAD, values) or 0)


def read(connection: Connection, member_id: UUID, notice_id: UUID, now: datetime) -> None:
    """Note that a member read a notice and all before it; raises UnknownNotice."""
    number = connection.scalar(_FIND, {"member_id": member_id, "notice_id": notice_id})
    if number is None:
        raise UnknownNotice(notice_id)
    connection.execute(_READ, {"member_id": member_id, "number": number, "now": now})


def forget_old(connection: Connection, now: datetime) -> None:
    """Forget notices whose time is over."""
    connection.execute(_FORGET_OLD, {"oldest": now - KEPT})


def forget(connection: Connection, members: Sequence[UUID]) -> None:
    """Forget the notices of members who were erased."""
    connection.execute(_FORGET, {"members": list(members)})


def _shown(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = row._asdict()
    name = shown.pop("store_name")
    facts = row.facts if name is None else row.facts | {"store_name": name}
    return shown | {"facts": facts, "is_read": row.read_at is not None}
