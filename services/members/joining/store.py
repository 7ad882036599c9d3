"""The tables of sign-ups and invitations, and every query on them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.members.domain import Language
from services.members.joining.domain import SignUp, State, UnknownSignUp

_COLUMNS = """sign_up_id, state, phone, email, password_hash, language, invited_by, member_id,
    made_at, ends_at"""
_ADD = text(f"""
INSERT INTO sign_ups ({_COLUMNS})
VALUES (:sign_up_id, :state, :phone, :email, :password_hash, :language, :invited_by, :member_id,
        :made_at, :ends_at)
""")  # noqa: S608 - the columns are written above
_FIND = text(f"""
SELECT {_COLUMNS} FROM sign_ups WHERE sign_up_id = :sign_up_id AND ends_at > :now
""")  # noqa: S608
_LOCK = text(f"{_FIND.text} FOR UPDATE")
_PUT = text("""
UPDATE sign_ups SET state = :state, phone = :phone, email = :email,
    password_hash = :password_hash, member_id = :member_id, ends_at = :ends_at
WHERE sign_up_id = :sign_up_id
""")
_FORGET_OVER = text("""
DELETE FROM sign_ups WHERE sign_up_id = ANY(ARRAY(
    SELECT sign_up_id FROM sign_ups WHERE ends_at <= :now LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")
_INVITER = text("""
SELECT member_id FROM invitations JOIN members USING (member_id)
WHERE code = :code AND status = 'active'
""")
_INVITATION = text("SELECT code FROM invitations WHERE member_id = :member_id")
_ADD_INVITATION = text("""
INSERT INTO invitations (member_id, code) VALUES (:member_id, :code) ON CONFLICT DO NOTHING
""")


def add(connection: Connection, sign_up: SignUp) -> None:
    """Keep a new sign-up, and forget some that are over."""
    connection.execute(_FORGET_OVER, {"now": sign_up.made_at})
    connection.execute(_ADD, _row(sign_up))


def find(connection: Connection, sign_up_id: UUID, now: datetime, *, lock: bool = False) -> SignUp:
    """Answer a sign-up that is not over; raises UnknownSignUp."""
    ask = _LOCK if lock else _FIND
    row = connection.execute(ask, {"sign_up_id": sign_up_id, "now": now}).one_or_none()
    if row is None:
        raise UnknownSignUp
    return _sign_up(row)


def put(connection: Connection, sign_up: SignUp) -> None:
    """Keep how a locked sign-up stands now."""
    connection.execute(_PUT, _row(sign_up))


def inviter(connection: Connection, code: str) -> UUID | None:
    """Answer the active member who gave this invitation code."""
    found: UUID | None = connection.scalar(_INVITER, {"code": code})
    return found


def invitation(connection: Connection, member_id: UUID) -> str | None:
    """Answer a member's invitation code, if one was made."""
    found: str | None = connection.scalar(_INVITATION, {"member_id": member_id})
    return found


def add_invitation(connection: Connection, member_id: UUID, code: str) -> None:
    """Keep a member's invitation code, unless he has one or another member has this one."""
    connection.execute(_ADD_INVITATION, {"member_id": member_id, "code": code})


def _row(sign_up: SignUp) -> dict[str, Any]:
    return asdict(sign_up) | {"state": sign_up.state.value, "language": sign_up.language.value}


def _sign_up(row: Row[Any]) -> SignUp:
    known = {"state": State(row.state), "language": Language(row.language)}
    return SignUp(**row._asdict() | known)
