"""The table of recoveries and every query on it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.members.domain import Language
from services.members.recovering.domain import Recovery, State, UnknownRecovery

_COLUMNS = "recovery_id, state, phone, language, member_id, ends_at"
_ADD = text(f"""
INSERT INTO recoveries ({_COLUMNS})
VALUES (:recovery_id, :state, :phone, :language, :member_id, :ends_at)
""")  # noqa: S608 - the columns are written above
_FIND = text(f"""
SELECT {_COLUMNS} FROM recoveries WHERE recovery_id = :recovery_id AND ends_at > :now
""")  # noqa: S608
_LOCK = text(f"{_FIND.text} FOR UPDATE")
_MOVE = text("UPDATE recoveries SET state = :state WHERE recovery_id = :recovery_id")
_FORGET_OVER = text("""
DELETE FROM recoveries WHERE recovery_id = ANY(ARRAY(
    SELECT recovery_id FROM recoveries WHERE ends_at <= :now LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def add(connection: Connection, recovery: Recovery, now: datetime) -> None:
    """Keep a new recovery, and forget some that are over."""
    connection.execute(_FORGET_OVER, {"now": now})
    values = {"state": recovery.state.value, "language": recovery.language.value}
    connection.execute(_ADD, asdict(recovery) | values)


def find(
    connection: Connection, recovery_id: UUID, now: datetime, *, lock: bool = False
) -> Recovery:
    """Answer a recovery that is not over; raises UnknownRecovery."""
    ask = _LOCK if lock else _FIND
    row = connection.execute(ask, {"recovery_id": recovery_id, "now": now}).one_or_none()
    if row is None:
        raise UnknownRecovery
    known = {"state": State(row.state), "language": Language(row.language)}
    return Recovery(**row._asdict() | known)


def move(connection: Connection, recovery_id: UUID, state: State) -> None:
    """Keep where a locked recovery stands now."""
    connection.execute(_MOVE, {"recovery_id": recovery_id, "state": state.value})
