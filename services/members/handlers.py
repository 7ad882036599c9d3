"""What happens to members: each change and its event are one transaction of the caller."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store
from services.members.domain import (
    SIGN_IN_LINK_LASTS,
    Language,
    Member,
    Status,
    read_email,
    read_phone,
)
from services.members.events import member_changed
from shared import event_log
from shared.identity import Sessions

_TOKEN_BYTES = 32


class MemberBlocked(Exception):
    """The member is blocked: nobody signs in as one."""

    code = "member_blocked"

    def __init__(self, member_id: UUID) -> None:
        """Name the member."""
        super().__init__(f"Member {member_id} is blocked and cannot sign in.")


class LinkSpent(Exception):
    """The sign-in link was used, has ended, or was never ours."""

    code = "link_spent"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This sign-in link was used already or is older than 10 minutes.")


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is handed out: the cookie's value, its end, and a one-time link to it."""

    cookie: str
    expires_at: datetime
    sign_in_token: str


def register(
    connection: Connection, phone: str, email: str | None, language: Language, now: datetime
) -> Member:
    """Take a member in; raises InvalidPhone, PhoneTaken, EmailTaken."""
    address = None if email is None else read_email(email)
    member = Member(uuid4(), read_phone(phone), address, language, Status.ACTIVE, 1, now)
    store.add(connection, member)
    event_log.add(connection, [member_changed(member, now)])
    return member


def block(connection: Connection, member_id: UUID, now: datetime) -> Member:
    """Block a member; harmless to repeat. Raises UnknownMember."""
    return _move(connection, member_id, Status.ACTIVE, Status.BLOCKED, now)


def unblock(connection: Connection, member_id: UUID, now: datetime) -> Member:
    """Unblock a member; harmless to repeat. Raises UnknownMember."""
    return _move(connection, member_id, Status.BLOCKED, Status.ACTIVE, now)


def open_session(
    connection: Connection, member_id: UUID, sessions: Sessions, lasts: timedelta, now: datetime
) -> Session:
    """Open a session for a member, with a link that signs in once; raises MemberBlocked."""
    member = store.find(connection, member_id)
    if member.status is not Status.ACTIVE:
        raise MemberBlocked(member_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    store.add_link(connection, _hash(token), member_id, now, now + SIGN_IN_LINK_LASTS)
    return Session(sessions.seal(member_id, now + lasts), now + lasts, token)


def sign_in(connection: Connection, token: str, now: datetime) -> UUID:
    """Use a sign-in link up and answer whom it signs in; raises LinkSpent."""
    member_id = store.use_link(connection, _hash(token), now)
    if member_id is None:
        raise LinkSpent
    return member_id


def _move(
    connection: Connection, member_id: UUID, before: Status, after: Status, now: datetime
) -> Member:
    moved = store.move(connection, member_id, before, after)
    if moved is None:
        return store.find(connection, member_id)
    event_log.add(connection, [member_changed(moved, now)])
    return moved


def _hash(token: str) -> bytes:
    # The database never holds what would sign somebody in.
    return hashlib.sha256(token.encode()).digest()
