"""A browser becomes a device, and a device renews its session."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store as members
from services.members.domain import Member, Status
from services.members.entering import store
from services.members.entering.domain import (
    Browser,
    Device,
    DeviceEnded,
    Entry,
    device_name,
    lasts,
)
from services.members.handlers import MemberBlocked
from services.members.letters.domain import NOTICE_LASTS, Channel, Kind, Letter
from services.members.letters.writing import Letters
from shared.identity import Sessions

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Door:
    """What letting in needs: who seals sessions, for how long, and who writes notices."""

    sessions: Sessions
    session_lasts: timedelta
    letters: Letters


@dataclass(frozen=True, slots=True)
class Key:
    """The name and the secret of a device that is made."""

    device_id: UUID
    secret: str


def let_in(
    connection: Connection, member: Member, browser: Browser, door: Door, now: datetime
) -> Entry:
    """Sign a member in who has proved who he is, and tell him; raises MemberBlocked.

    Lock the member first. A device that he had gets a new secret: the old one may be a copy.
    """
    if member.status is not Status.ACTIVE:
        raise MemberBlocked(member.member_id)
    entry = make_device(connection, member.member_id, browser, door, now)
    notice = Letter(
        uuid4(),
        Kind.SIGNED_IN,
        Channel.SMS,
        member.number,
        member.language,
        now + NOTICE_LASTS,
        {"device": device_name(browser.user_agent)},
        member_id=member.member_id,
    )
    door.letters.write(connection, notice, now)
    return entry


def make_device(  # noqa: PLR0913 - whose, which, and when
    connection: Connection,
    member_id: UUID,
    browser: Browser,
    door: Door,
    now: datetime,
    *,
    key: Key | None = None,
) -> Entry:
    """Make the browser a device of a member, or use the one it is, with a new secret."""
    before = None if key else _known(connection, member_id, browser, now)
    secret = key.secret if key else secrets.token_urlsafe(_SECRET_BYTES)
    device = Device(
        key.device_id if key else before.device_id if before else uuid4(),
        member_id,
        device_name(browser.user_agent),
        browser.is_remembered,
        before.made_at if before else now,
        now,
        now + lasts(is_remembered=browser.is_remembered),
    )
    store.put(connection, device, _hash(secret))
    return _entry(device, secret, door, now)


def renew(connection: Connection, key: Key, door: Door, now: datetime) -> Entry:
    """Answer a new session to a device; raises DeviceEnded, also when its member may not enter."""
    device, secret_hash = store.find(connection, key.device_id, now)
    if device is None or not hmac.compare_digest(secret_hash or b"", _hash(key.secret)):
        raise DeviceEnded
    if not members.is_active(connection, device.member_id):
        raise DeviceEnded
    store.note_use(connection, device.device_id, now)
    return _entry(device, key.secret, door, now)


def sign_out(connection: Connection, key: Key, now: datetime) -> None:
    """Sign a device out that proves itself; harmless to repeat."""
    device, secret_hash = store.find(connection, key.device_id, now)
    if device is not None and hmac.compare_digest(secret_hash or b"", _hash(key.secret)):
        store.end(connection, device.device_id, device.member_id, now)


def _known(
    connection: Connection, member_id: UUID, browser: Browser, now: datetime
) -> Device | None:
    if browser.device_id is None or browser.device_secret is None:
        return None
    device, secret_hash = store.find(connection, browser.device_id, now)
    if device is None or device.member_id != member_id:
        return None
    fits = hmac.compare_digest(secret_hash or b"", _hash(browser.device_secret))
    return device if fits else None


def _entry(device: Device, secret: str, door: Door, now: datetime) -> Entry:
    session_ends_at = min(now + door.session_lasts, device.ends_at)
    session = door.sessions.seal(device.member_id, session_ends_at)
    return Entry(
        device.member_id, device.device_id, secret, device.ends_at, session, session_ends_at
    )


def _hash(secret: str) -> bytes:
    # The database never holds what would sign somebody in.
    return hashlib.sha256(secret.encode()).digest()
