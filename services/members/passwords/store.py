"""The tables of passwords and every query on them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

_FORGOTTEN_AFTER = timedelta(days=1)
_FIND = text("SELECT password_hash FROM passwords WHERE member_id = :member_id")
_PUT = text("""
INSERT INTO passwords (member_id, password_hash, changed_at) VALUES (:member_id, :hash, :now)
ON CONFLICT (member_id) DO UPDATE
    SET password_hash = excluded.password_hash, changed_at = excluded.changed_at
""")
# Only the hash that was checked: a password changed meanwhile stays.
_REHASH = text("""
UPDATE passwords SET password_hash = :new WHERE member_id = :member_id AND password_hash = :old
""")
# Counted before the password is looked at, so that guesses at once are no more than those in a row.
# What is locked already is not locked for longer by further guesses.
_BEGIN_TRY = text("""
INSERT INTO guesses AS kept (key_digest, tries, last_at) VALUES (:digest, 1, :now)
ON CONFLICT (key_digest) DO UPDATE SET
    tries = CASE WHEN kept.last_at <= :since THEN 1 ELSE LEAST(kept.tries, :most) + 1 END,
    last_at = CASE WHEN kept.last_at > :since AND kept.tries >= :most THEN kept.last_at
        ELSE :now END
RETURNING tries
""")
_CLEAR = text("DELETE FROM guesses WHERE key_digest = :digest")
_GIVE_BACK = text("""
UPDATE guesses SET tries = tries - 1 WHERE key_digest = :digest AND tries > 0
""")
_FORGET_OLD = text("""
DELETE FROM guesses WHERE key_digest = ANY(ARRAY(
    SELECT key_digest FROM guesses WHERE last_at <= :before LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def find(connection: Connection, member_id: UUID) -> str | None:
    """Answer the hash of a member's password, if there is one."""
    found: str | None = connection.scalar(_FIND, {"member_id": member_id})
    return found


def put(connection: Connection, member_id: UUID, password_hash: str, now: datetime) -> None:
    """Keep a member's new password, by its hash."""
    connection.execute(_PUT, {"member_id": member_id, "hash": password_hash, "now": now})


def rehash(connection: Connection, member_id: UUID, old: str, new: str) -> None:
    """Keep the same password by a newer hash."""
    connection.execute(_REHASH, {"member_id": member_id, "old": old, "new": new})


def begin_try(
    connection: Connection, digest: bytes, most: int, since: datetime, now: datetime
) -> bool:
    """Count a try; answers False where there were `most` since a moment."""
    connection.execute(_FORGET_OLD, {"before": now - _FORGOTTEN_AFTER})
    values = {"digest": digest, "most": most, "since": since, "now": now}
    return int(connection.execute(_BEGIN_TRY, values).scalar_one()) <= most


def clear_tries(connection: Connection, digest: bytes) -> None:
    """Forget all tries of a key, once the right password came."""
    connection.execute(_CLEAR, {"digest": digest})


def give_try_back(connection: Connection, digest: bytes) -> None:
    """Take back one try that was right, of a key that many share."""
    connection.execute(_GIVE_BACK, {"digest": digest})
