"""The anchors: every day the ends of all members' chains are sealed together into one hash.

Whoever changed a member's past could compute the whole chain behind it anew; an anchor that was
made before then no longer fits. It covers what its snapshot sees, so that it can be checked by the
event log alone at any later time.
"""

from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from shared.database import raw

_HAS = "SELECT 1 FROM chain_anchors WHERE day = %s"
_ENDS = "SELECT member_id, chain_hash FROM accounts WHERE version > 0 ORDER BY member_id"
_KEEP = """
INSERT INTO chain_anchors (day, made_at, snapshot, members, anchor_hash)
VALUES (%s, %s, pg_current_snapshot(), %s, %s) ON CONFLICT DO NOTHING
"""
_NEWEST = """
SELECT day, made_at, members, encode(anchor_hash, 'hex') FROM chain_anchors
WHERE day < coalesce(%s, 'infinity'::date) ORDER BY day DESC LIMIT %s
"""
_ROWS_AT_ONCE = 10_000


class Anchor(NamedTuple):
    """One day's seal over so many members' chains."""

    day: date
    made_at: datetime
    members: int
    anchor_hash: str


def has(connection: Connection, day: date) -> bool:
    """Tell whether the day has its anchor."""
    return raw(connection).execute(_HAS, [day]).fetchone() is not None


def make(connection: Connection, day: date, now: datetime) -> None:
    """Seal all chains as they are; the connection must read one snapshot (REPEATABLE READ)."""
    with raw(connection).cursor(name="ends") as ends:
        ends.itersize = _ROWS_AT_ONCE
        members, anchor_hash = sealed(ends.execute(_ENDS))  # type: ignore[arg-type]
    raw(connection).execute(_KEEP, [day, now, members, anchor_hash])


def sealed(ends: Iterable[tuple[UUID, bytes]]) -> tuple[int, bytes]:
    """Answer how many members there are, in order, and the SHA-256 of their ids and hashes."""
    seal, members = sha256(), 0
    for member_id, chain_hash in ends:
        seal.update(member_id.bytes + chain_hash)
        members += 1
    return members, seal.digest()


def newest(connection: Connection, limit: int, before: date | None = None) -> list[Anchor]:
    """Answer the newest anchors, of days before the given one."""
    rows = raw(connection).execute(_NEWEST, [before, limit]).fetchall()
    return [Anchor(*row) for row in rows]  # type: ignore[arg-type]
