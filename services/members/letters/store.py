"""The table of letters and every query on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

_ADD = text("""
INSERT INTO letters (letter_id, about, content_sealed, ends_at)
VALUES (:letter_id, :about, :content_sealed, :ends_at)
""")
_FIND = text("""
SELECT content_sealed FROM letters WHERE letter_id = :letter_id AND ends_at > :now
""")
_FORGET = text("DELETE FROM letters WHERE about = :about")
# SKIP LOCKED: two who forget at once forget different ones, or leave them to each other.
_FORGET_OVER = text("""
DELETE FROM letters WHERE letter_id = ANY(ARRAY(
    SELECT letter_id FROM letters WHERE ends_at <= :now LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def add(
    connection: Connection,
    letter_id: UUID,
    about: str | None,
    content_sealed: str,
    ends_at: datetime,
) -> None:
    """Keep a letter until it is over."""
    values = {
        "letter_id": letter_id,
        "about": about,
        "content_sealed": content_sealed,
        "ends_at": ends_at,
    }
    connection.execute(_ADD, values)


def find(connection: Connection, letter_id: UUID, now: datetime) -> str | None:
    """Answer a letter's sealed content, if it is still worth sending."""
    found: str | None = connection.scalar(_FIND, {"letter_id": letter_id, "now": now})
    return found


def forget(connection: Connection, about: str) -> None:
    """Forget the letters about something that is answered or asked anew."""
    connection.execute(_FORGET, {"about": about})


def forget_over(connection: Connection, now: datetime) -> None:
    """Forget a few letters that are over."""
    connection.execute(_FORGET_OVER, {"now": now})
