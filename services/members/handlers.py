"""What happens to members: each change and its event are one transaction of the caller."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store
from services.members.domain import (
    SIGN_IN_LINK_LASTS,
    Decision,
    Language,
    Member,
    Standing,
    Status,
    read_email,
    read_phone,
)
from services.members.entering import ending
from services.members.events import member_changed
from services.members.joining.numbers import Numbers
from shared import event_log
from shared.identity import Sessions

_TOKEN_BYTES = 32


class MemberBlocked(Exception):
    """The member is blocked: nobody signs in as one."""

    code = "member_blocked"

    def __init__(self, member_id: UUID) -> None:
        """Name the member."""
        super().__init__(f"Member {member_id} is blocked and cannot sign in.")


class NoPhone(Exception):
    """The member lost his number to another owner: he needs one to be let back in."""

    code = "no_phone"

    def __init__(self, member_id: UUID) -> None:
        super().__init__(f"Member {member_id} has no phone: its number has another owner now.")


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


class NoEmail(Exception):
    """There is no e-mail that could be linked."""

    code = "no_email"
    field = "email_is_linked"

    def __init__(self, member_id: UUID) -> None:
        """Name the member."""
        super().__init__(f"email_is_linked: member {member_id} has given no e-mail.")


def register(  # noqa: PLR0913 - what a member says when he joins
    connection: Connection,
    numbers: Numbers,
    *,
    phone: str,
    email: str | None,
    language: Language,
    now: datetime,
    email_linked_at: datetime | None = None,
    is_own_subscriber: bool = False,
    invited_by: UUID | None = None,
    shared_device: bool = False,
) -> Member:
    """Take a member in; raises InvalidPhone, PhoneTaken, EmailTaken, UnknownInviter."""
    address = None if email is None else read_email(email)
    if invited_by is not None and not store.is_active(connection, invited_by):
        raise store.UnknownInviter(invited_by)
    number = read_phone(phone)
    standing = Standing(
        email_linked_at,
        None,
        is_own_subscriber,
        invited_by,
        shared_device,
        was_here_before=numbers.is_known(connection, number),
    )
    member = Member(uuid4(), number, address, language, Status.ACTIVE, 1, now, standing)
    store.add(connection, member)
    numbers.remember(connection, number, now)
    event_log.add(connection, [member_changed(member, now)])
    return member


def block(
    connection: Connection, member_id: UUID, *, reason: str, clerk: str, now: datetime
) -> Member:
    """Block a member, with who and why; harmless to repeat. Raises UnknownMember.

    Who is let back in signs in anew: the block may have been for who else is signed in.
    """
    decision = Decision(Status.BLOCKED, reason, clerk, now)
    blocked = _move(connection, member_id, Status.ACTIVE, decision)
    ending.end_all(connection, member_id, now)
    return blocked


def unblock(
    connection: Connection, member_id: UUID, *, reason: str, clerk: str, now: datetime
) -> Member:
    """Unblock a member, with who and why; harmless to repeat. Raises UnknownMember, NoPhone."""
    if store.find(connection, member_id, lock=True).phone is None:
        raise NoPhone(member_id)
    decision = Decision(Status.ACTIVE, reason, clerk, now)
    return _move(connection, member_id, Status.BLOCKED, decision)


def note(
    connection: Connection, member_id: UUID, said: Mapping[str, bool], now: datetime
) -> Member:
    """Note what a member did or is; harmless to repeat. Raises UnknownMember, NoEmail.

    `email_is_linked`, `profile_is_filled`, `is_own_subscriber`: what is not said stays.
    """
    member = store.find(connection, member_id, lock=True)
    before = member.standing
    if said.get("email_is_linked") and member.email is None:
        raise NoEmail(member_id)
    after = replace(
        before,
        email_linked_at=_since(before.email_linked_at, said.get("email_is_linked"), now),
        profile_filled_at=_since(before.profile_filled_at, said.get("profile_is_filled"), now),
        is_own_subscriber=said.get("is_own_subscriber", before.is_own_subscriber),
    )
    if after == before:
        return member
    noted = store.set_standing(connection, member_id, after)
    event_log.add(connection, [member_changed(noted, now)])
    return noted


def _since(before: datetime | None, said: bool | None, now: datetime) -> datetime | None:  # noqa: FBT001 - what was said
    if said is None:
        return before
    return (before or now) if said else None


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


def _move(connection: Connection, member_id: UUID, before: Status, decision: Decision) -> Member:
    moved = store.move(connection, member_id, before, decision.status)
    if moved is None:
        return store.find(connection, member_id)
    store.add_decision(connection, member_id, decision)
    event_log.add(connection, [member_changed(moved, decision.decided_at)])
    return moved


def _hash(token: str) -> bytes:
    # The database never holds what would sign somebody in.
    return hashlib.sha256(token.encode()).digest()
