"""The table of favourites and every query on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

MOST_FAVOURITES = 500
_LOCK = text("""
SELECT 1 FROM members WHERE member_id = :member_id AND status <> 'erased' FOR UPDATE
""")
_LIST = text("""
SELECT store_id, at FROM favourites WHERE member_id = :member_id ORDER BY at DESC, store_id
""")
_ADD = text("""
INSERT INTO favourites (member_id, store_id, at)
SELECT :member_id, :store_id, :now
WHERE (SELECT count(*) FROM favourites WHERE member_id = :member_id) < :most
ON CONFLICT DO NOTHING
""")
_FIND = text("""
SELECT 1 FROM favourites WHERE member_id = :member_id AND store_id = :store_id
""")
_REMOVE = text("""
DELETE FROM favourites WHERE member_id = :member_id AND store_id = :store_id
""")


class TooManyFavourites(Exception):
    """A member has as many favourites as are kept of anybody."""

    code = "too_many_favourites"

    def __init__(self) -> None:
        """Say how many are kept."""
        super().__init__(f"At most {MOST_FAVOURITES} favourites are kept: take one away first.")


class NobodyThere(Exception):
    """The session is of somebody who is no member, or was erased some minutes ago."""

    code = "unknown_member"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("There is no such member.")


def of_member(connection: Connection, member_id: UUID) -> list[dict[str, Any]]:
    """List a member's favourites, newest first."""
    found = connection.execute(_LIST, {"member_id": member_id}).mappings()
    return [dict(one) for one in found]


def add(connection: Connection, member_id: UUID, store_id: str, now: datetime) -> None:
    """Make a store a favourite; one that it is already stays.

    Raises NobodyThere, TooManyFavourites.
    """
    # Locked, so that two at once are counted one after the other.
    if connection.execute(_LOCK, {"member_id": member_id}).first() is None:
        raise NobodyThere
    who = {"member_id": member_id, "store_id": store_id}
    connection.execute(_ADD, who | {"now": now, "most": MOST_FAVOURITES})
    if connection.execute(_FIND, who).first() is None:
        raise TooManyFavourites


def remove(connection: Connection, member_id: UUID, store_id: str) -> None:
    """Let a store be a favourite no longer; once it is so, again changes nothing."""
    connection.execute(_REMOVE, {"member_id": member_id, "store_id": store_id})
