"""The tables of devices and sign-ins, and every query on them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.members.domain import Language
from services.members.entering.domain import (
    MOST_DEVICES,
    Device,
    SignIn,
    UnknownSignIn,
)

_COLUMNS = "device_id, member_id, name, is_remembered, made_at, last_used_at, ends_at, ended_at"
_PUT = text(f"""
INSERT INTO devices AS kept (secret_hash, {_COLUMNS})
VALUES (:secret_hash, :device_id, :member_id, :name, :is_remembered, :made_at, :last_used_at,
        :ends_at, :ended_at)
ON CONFLICT (device_id) DO UPDATE SET secret_hash = excluded.secret_hash, name = excluded.name,
    is_remembered = excluded.is_remembered, last_used_at = excluded.last_used_at,
    ends_at = excluded.ends_at
WHERE kept.member_id = excluded.member_id AND kept.ended_at IS NULL
""")  # noqa: S608 - the columns are written above
_END_OLDEST = text("""
UPDATE devices SET ended_at = :now WHERE device_id = ANY(ARRAY(
    SELECT device_id FROM devices WHERE member_id = :member_id AND ended_at IS NULL
    ORDER BY last_used_at DESC, device_id OFFSET :most
))
""")
_LIVE = "ended_at IS NULL AND ends_at > :now"
_FIND = text(f"""
SELECT secret_hash, {_COLUMNS} FROM devices WHERE device_id = :device_id AND {_LIVE}
""")  # noqa: S608
_EXISTS = text("SELECT 1 FROM devices WHERE device_id = :device_id")
_USE = text("UPDATE devices SET last_used_at = :now WHERE device_id = :device_id")
_OF_MEMBER = text(f"""
SELECT {_COLUMNS} FROM devices WHERE member_id = :member_id AND {_LIVE}
ORDER BY last_used_at DESC, device_id
""")  # noqa: S608
_END = text(f"""
UPDATE devices SET ended_at = :now
WHERE device_id = :device_id AND member_id = :member_id AND {_LIVE}
""")  # noqa: S608
_END_OTHERS = text(f"""
UPDATE devices SET ended_at = :now
WHERE member_id = :member_id AND device_id IS DISTINCT FROM CAST(:device_id AS uuid) AND {_LIVE}
""")  # noqa: S608
_ADD_SIGN_IN = text("""
INSERT INTO sign_ins (sign_in_id, phone, language, member_id, ends_at)
VALUES (:sign_in_id, :phone, :language, :member_id, :ends_at)
""")
_LOCK_SIGN_IN = text("""
SELECT sign_in_id, phone, language, member_id, ends_at FROM sign_ins
WHERE sign_in_id = :sign_in_id AND ends_at > :now FOR UPDATE
""")
_FORGET_SIGN_INS = text("""
DELETE FROM sign_ins WHERE sign_in_id = ANY(ARRAY(
    SELECT sign_in_id FROM sign_ins WHERE ends_at <= :now LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def put(connection: Connection, device: Device, secret_hash: bytes) -> None:
    """Keep a device, anew or again; a member's oldest are ended where they become too many."""
    connection.execute(_PUT, asdict(device) | {"secret_hash": secret_hash})
    values = {"member_id": device.member_id, "most": MOST_DEVICES, "now": device.last_used_at}
    connection.execute(_END_OLDEST, values)


def find(
    connection: Connection, device_id: UUID, now: datetime
) -> tuple[Device, bytes] | tuple[None, None]:
    """Answer a device that is signed in, and the hash of its secret."""
    row = connection.execute(_FIND, {"device_id": device_id, "now": now}).one_or_none()
    return (None, None) if row is None else (_device(row), bytes(row.secret_hash))


def is_known(connection: Connection, device_id: UUID) -> bool:
    """Tell whether somebody ever signed in with this device."""
    return connection.execute(_EXISTS, {"device_id": device_id}).one_or_none() is not None


def note_use(connection: Connection, device_id: UUID, now: datetime) -> None:
    """Note that a device was used."""
    connection.execute(_USE, {"device_id": device_id, "now": now})


def of_member(connection: Connection, member_id: UUID, now: datetime) -> list[Device]:
    """Answer a member's devices that are signed in, the last used first."""
    rows = connection.execute(_OF_MEMBER, {"member_id": member_id, "now": now})
    return [_device(row) for row in rows]


def end(connection: Connection, device_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Sign a member's device out; answers False where it is none that is signed in."""
    values = {"device_id": device_id, "member_id": member_id, "now": now}
    return connection.execute(_END, values).rowcount == 1


def end_others(
    connection: Connection, member_id: UUID, device_id: UUID | None, now: datetime
) -> None:
    """Sign a member's devices out, but for one."""
    values = {"member_id": member_id, "device_id": device_id, "now": now}
    connection.execute(_END_OTHERS, values)


def add_sign_in(connection: Connection, sign_in: SignIn, now: datetime) -> None:
    """Keep that somebody wants to sign in, and forget some who wanted to."""
    connection.execute(_FORGET_SIGN_INS, {"now": now})
    connection.execute(_ADD_SIGN_IN, asdict(sign_in) | {"language": sign_in.language.value})


def lock_sign_in(connection: Connection, sign_in_id: UUID, now: datetime) -> SignIn:
    """Answer a sign-in that only this transaction goes on with; raises UnknownSignIn."""
    row = connection.execute(_LOCK_SIGN_IN, {"sign_in_id": sign_in_id, "now": now}).one_or_none()
    if row is None:
        raise UnknownSignIn
    return SignIn(**row._asdict() | {"language": Language(row.language)})


def _device(row: Row[Any]) -> Device:
    values = row._asdict()
    values.pop("secret_hash", None)
    return Device(**values)
