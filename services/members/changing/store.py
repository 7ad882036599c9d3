"""The table of changes and every query on it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.members.changing.domain import Change, UnknownChange, What

_COLUMNS = "change_id, member_id, what, new, is_old_proved, is_new_proved, done_at, ends_at"
_ADD = text(f"""
INSERT INTO changes ({_COLUMNS})
VALUES (:change_id, :member_id, :what, :new, :is_old_proved, :is_new_proved, :done_at, :ends_at)
""")  # noqa: S608 - the columns are written above
_LOCK = text(f"""
SELECT {_COLUMNS} FROM changes
WHERE change_id = :change_id AND member_id = :member_id AND ends_at > :now FOR UPDATE
""")  # noqa: S608
_PUT = text("""
UPDATE changes SET is_old_proved = :is_old_proved, is_new_proved = :is_new_proved,
    done_at = :done_at
WHERE change_id = :change_id
""")
_FORGET_OVER = text("""
DELETE FROM changes WHERE change_id = ANY(ARRAY(
    SELECT change_id FROM changes WHERE ends_at <= :now LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def add(connection: Connection, change: Change, now: datetime) -> None:
    """Keep a new change, and forget some that are over."""
    connection.execute(_FORGET_OVER, {"now": now})
    connection.execute(_ADD, asdict(change) | {"what": change.what.value})


def lock(connection: Connection, change_id: UUID, member_id: UUID, now: datetime) -> Change:
    """Answer a member's change that only this transaction goes on with; raises UnknownChange."""
    values = {"change_id": change_id, "member_id": member_id, "now": now}
    row = connection.execute(_LOCK, values).one_or_none()
    if row is None:
        raise UnknownChange
    return Change(**row._asdict() | {"what": What(row.what)})


def put(connection: Connection, change: Change) -> None:
    """Keep how a locked change stands now."""
    connection.execute(_PUT, asdict(change) | {"what": change.what.value})
