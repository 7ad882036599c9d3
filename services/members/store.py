"""The tables of members and every query on them."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from services.members.domain import Decision, Language, Member, Standing, Status

_STANDING = [field.name for field in fields(Standing)]
_NAMES = ["member_id", "phone", "email", "language", "status", "version", "registered_at"]
_NAMES += _STANDING
_COLUMNS = ", ".join(_NAMES)
_ADD = text(f"""
INSERT INTO members ({_COLUMNS})
VALUES ({", ".join(f":{name}" for name in _NAMES)})
ON CONFLICT DO NOTHING
""")  # noqa: S608 - the columns are written above
_FIND = text(f"SELECT {_COLUMNS} FROM members WHERE member_id = :member_id")  # noqa: S608
_PHONES = text(
    "SELECT member_id, phone FROM members WHERE member_id = ANY(:ids) AND phone IS NOT NULL"
)
_FIND_BY_PHONE = text(f"SELECT {_COLUMNS} FROM members WHERE phone = :phone")  # noqa: S608
_FIND_BY_EMAIL = text(f"SELECT {_COLUMNS} FROM members WHERE email = :email")  # noqa: S608
# The row is locked by the change itself, so versions follow the order of commits.
_MOVE = text(f"""
UPDATE members SET status = :to, version = version + 1
WHERE member_id = :member_id AND status = :from RETURNING {_COLUMNS}
""")  # noqa: S608
_LOCK = text(f"{_FIND.text} FOR UPDATE")
_SET_STANDING = text(f"""
UPDATE members SET email_linked_at = :email_linked_at, profile_filled_at = :profile_filled_at,
    is_own_subscriber = :is_own_subscriber, version = version + 1
WHERE member_id = :member_id RETURNING {_COLUMNS}
""")  # noqa: S608
_SET_CONTACT = text(f"""
UPDATE members SET phone = :phone, email = :email, email_linked_at = :email_linked_at,
    language = :language, version = version + 1
WHERE member_id = :member_id RETURNING {_COLUMNS}
""")  # noqa: S608
_ERASE = text(f"""
UPDATE members SET phone = NULL, email = NULL, status = 'erased', version = version + 1
WHERE member_id = :member_id RETURNING {_COLUMNS}
""")  # noqa: S608
_ADD_DECISION = text("""
INSERT INTO decisions (member_id, status, reason, clerk, decided_at)
VALUES (:member_id, :status, :reason, :clerk, :decided_at)
""")
_DECISIONS = text("""
SELECT status, reason, clerk, decided_at FROM decisions WHERE member_id = :member_id
ORDER BY number DESC LIMIT 100
""")
_ADD_LINK = text("""
INSERT INTO sign_in_links (token_hash, member_id, made_at, ends_at)
VALUES (:token_hash, :member_id, :made_at, :ends_at)
""")
_USE_LINK = text("""
UPDATE sign_in_links AS link SET used_at = :now FROM members AS member
WHERE link.token_hash = :token_hash AND link.used_at IS NULL AND link.ends_at > :now
  AND member.member_id = link.member_id AND member.status = 'active'
RETURNING link.member_id
""")


class PhoneTaken(Exception):
    """Another member is registered with this phone."""

    code = "phone_taken"
    field = "phone"

    def __init__(self) -> None:
        """Say so without the number."""
        super().__init__("A member with this phone is registered already.")


class EmailTaken(Exception):
    """Another member is registered with this e-mail."""

    code = "email_taken"
    field = "email"

    def __init__(self) -> None:
        """Say so without the address."""
        super().__init__("A member with this e-mail is registered already.")


class UnknownInviter(ValueError):
    """No member has this id, so nobody was invited by him."""

    code = "unknown_inviter"
    field = "invited_by"

    def __init__(self, member_id: UUID) -> None:
        """Name the id."""
        super().__init__(f"invited_by: there is no active member {member_id}.")


class UnknownMember(LookupError):
    """No member has this id."""

    code = "unknown_member"

    def __init__(self, member_id: UUID) -> None:
        """Name the id."""
        super().__init__(f"There is no member {member_id}.")


def add(connection: Connection, member: Member) -> None:
    """Add a member; raises PhoneTaken, EmailTaken."""
    # The unique indexes decide, not a look beforehand: two requests at once cannot both win. They
    # do so without an error, which the server would log with the phone or the e-mail in clear.
    if connection.execute(_ADD, _as_row(member)).rowcount == 0:
        is_phone = find_by_phone(connection, member.number) is not None
        raise PhoneTaken if is_phone else EmailTaken


def find(connection: Connection, member_id: UUID, *, lock: bool = False) -> Member:
    """Answer a member; raises UnknownMember."""
    row = connection.execute(_LOCK if lock else _FIND, {"member_id": member_id}).one_or_none()
    if row is None:
        raise UnknownMember(member_id)
    return _as_member(row)


def is_active(connection: Connection, member_id: UUID) -> bool:
    """Tell whether there is such a member who is neither blocked nor erased."""
    row = connection.execute(_FIND, {"member_id": member_id}).one_or_none()
    return row is not None and row.status == Status.ACTIVE.value


def phones(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Answer the phones of those members that there are."""
    rows = connection.execute(_PHONES, {"ids": list(member_ids)})
    return {row.member_id: row.phone for row in rows}


def find_by_phone(connection: Connection, phone: str) -> Member | None:
    """Answer who registered with a phone."""
    row = connection.execute(_FIND_BY_PHONE, {"phone": phone}).one_or_none()
    return None if row is None else _as_member(row)


def find_by_email(connection: Connection, email: str) -> Member | None:
    """Answer who registered with an e-mail, as `read_email` writes it."""
    row = connection.execute(_FIND_BY_EMAIL, {"email": email}).one_or_none()
    return None if row is None else _as_member(row)


def move(connection: Connection, member_id: UUID, before: Status, after: Status) -> Member | None:
    """Change a member's status; answers None where it was not `before`."""
    values = {"member_id": member_id, "from": before.value, "to": after.value}
    row = connection.execute(_MOVE, values).one_or_none()
    return None if row is None else _as_member(row)


def add_decision(connection: Connection, member_id: UUID, decision: Decision) -> None:
    """Keep who blocked or unblocked a member, and why."""
    values = asdict(decision) | {"member_id": member_id, "status": decision.status.value}
    connection.execute(_ADD_DECISION, values)


def decisions(connection: Connection, member_id: UUID) -> list[Decision]:
    """Answer the last 100 decisions on a member, the newest first."""
    rows = connection.execute(_DECISIONS, {"member_id": member_id})
    return [Decision(Status(row.status), row.reason, row.clerk, row.decided_at) for row in rows]


def set_standing(connection: Connection, member_id: UUID, standing: Standing) -> Member:
    """Keep how a member stands now; lock the member first."""
    values = {"member_id": member_id, **asdict(standing)}
    return _as_member(connection.execute(_SET_STANDING, values).one())


def set_contact(connection: Connection, member: Member) -> Member:
    """Keep how a member is reached now, and in which language; lock the member first.

    Raises PhoneTaken, EmailTaken.
    """
    values = _as_row(member)
    for find_owner, taken, contact in (
        (find_by_phone, PhoneTaken, member.phone),
        (find_by_email, EmailTaken, member.email),
    ):
        owner = None if contact is None else find_owner(connection, contact)
        if owner is not None and owner.member_id != member.member_id:
            raise taken
    try:
        return _as_member(connection.execute(_SET_CONTACT, values).one())
    except IntegrityError as fault:  # another one was quicker by less than this transaction
        is_phone = "members_one_a_phone" in str(fault.orig)
        raise (PhoneTaken if is_phone else EmailTaken) from None


def erase(connection: Connection, member_id: UUID) -> Member:
    """Forget whom a member's account was of; lock the member first."""
    return _as_member(connection.execute(_ERASE, {"member_id": member_id}).one())


def add_link(
    connection: Connection, token_hash: bytes, member_id: UUID, made_at: datetime, ends_at: datetime
) -> None:
    """Keep a sign-in link, by the hash of its token."""
    values = {
        "token_hash": token_hash,
        "member_id": member_id,
        "made_at": made_at,
        "ends_at": ends_at,
    }
    connection.execute(_ADD_LINK, values)


def use_link(connection: Connection, token_hash: bytes, now: datetime) -> UUID | None:
    """Use a sign-in link up, atomically, and answer whom it signs in; None where it is no good."""
    used: UUID | None = connection.scalar(_USE_LINK, {"token_hash": token_hash, "now": now})
    return used


def _as_row(member: Member) -> dict[str, Any]:
    return {
        "member_id": member.member_id,
        "phone": member.phone,
        "email": member.email,
        "language": member.language.value,
        "status": member.status.value,
        "version": member.version,
        "registered_at": member.registered_at,
        **asdict(member.standing),
    }


def _as_member(row: Row[Any]) -> Member:
    return Member(
        row.member_id,
        row.phone,
        row.email,
        Language(row.language),
        Status(row.status),
        row.version,
        row.registered_at,
        Standing(**{name: getattr(row, name) for name in _STANDING}),
    )
