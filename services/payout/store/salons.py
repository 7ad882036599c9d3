"""Salons and the keys of their tills: two are valid at a time."""

from datetime import datetime

from sqlalchemy import Connection, text

_PUT_SALON = text("""
INSERT INTO salons (salon_id, name, is_on) VALUES (:salon_id, :name, :is_on)
ON CONFLICT (salon_id) DO UPDATE SET name = excluded.name, is_on = excluded.is_on
""")
_SALONS = text("""
SELECT salon_id, name, is_on,
       (SELECT count(*) FROM salon_keys WHERE salon_keys.salon_id = salons.salon_id) AS keys,
       (SELECT count(*) FROM wrong_codes
        WHERE wrong_codes.salon_id = salons.salon_id AND tried_at > :since) AS wrong_codes
FROM salons ORDER BY salon_id
""")
_LOCK_SALON = text("SELECT FROM salons WHERE salon_id = :salon_id FOR UPDATE")
# The newest key stays valid beside the one that is made now.
_END_OLD_KEYS = text("""
DELETE FROM salon_keys WHERE salon_id = :salon_id AND key_hash NOT IN (
    SELECT key_hash FROM salon_keys WHERE salon_id = :salon_id ORDER BY made_at DESC LIMIT 1)
""")
# After the one before it, even if the clock was set back: else that one would stay the newest.
_ADD_KEY = text("""
INSERT INTO salon_keys (key_hash, salon_id, made_at)
SELECT :hash, :salon_id, greatest(:now, max(made_at) + interval '1 microsecond')
FROM salon_keys WHERE salon_id = :salon_id
""")
_OF_KEY = text("""
SELECT salon_id FROM salon_keys JOIN salons USING (salon_id) WHERE key_hash = :hash AND is_on
""")


class UnknownSalon(LookupError):
    """No salon has this id."""

    code = "unknown_salon"

    def __init__(self, salon_id: str) -> None:
        super().__init__(f"There is no salon {salon_id[:64]!r}. GET /salons lists them.")


def put_salon(connection: Connection, salon_id: str, *, name: str, is_on: bool) -> None:
    """Add a salon, or change it; one that is off can do nothing."""
    connection.execute(_PUT_SALON, {"salon_id": salon_id, "name": name, "is_on": is_on})


def salons(connection: Connection, since: datetime) -> list[dict[str, object]]:
    """Answer the salons with how many keys they have, and wrong codes since a moment."""
    return [dict(row._mapping) for row in connection.execute(_SALONS, {"since": since})]  # noqa: SLF001 - SQLAlchemy's own public name


def add_key(connection: Connection, salon_id: str, key_hash: bytes, now: datetime) -> None:
    """Give a salon a key beside its newest one; older ones end. Raises UnknownSalon."""
    if connection.execute(_LOCK_SALON, {"salon_id": salon_id}).first() is None:
        raise UnknownSalon(salon_id)
    connection.execute(_END_OLD_KEYS, {"salon_id": salon_id})
    connection.execute(_ADD_KEY, {"hash": key_hash, "salon_id": salon_id, "now": now})


def salon_of(connection: Connection, key_hash: bytes) -> str | None:
    """Answer whose key it is; None for a key of nobody, or of a salon that is off."""
    salon_id = connection.scalar(_OF_KEY, {"hash": key_hash})
    return None if salon_id is None else str(salon_id)
