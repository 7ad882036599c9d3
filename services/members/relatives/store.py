"""The tables of relatives and every query on them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.members.relatives.domain import Relative, State, UnknownRelative

_COLUMNS = """relative_id, member_id, phone, label, state, version, question, code_sealed,
    tries_left, asked_at, ends_at, consented_at, withdrawn_at"""
# Without an error, which the server would log with the number in clear.
_ADD = text(f"""
INSERT INTO relatives ({_COLUMNS})
VALUES (:relative_id, :member_id, :phone, :label, :state, :version, :question, :code_sealed,
        :tries_left, :asked_at, :ends_at, :consented_at, :withdrawn_at)
ON CONFLICT DO NOTHING
""")  # noqa: S608 - the columns are written above
_FIND = text(f"SELECT {_COLUMNS} FROM relatives WHERE relative_id = :relative_id")  # noqa: S608
_LOCK = text(f"{_FIND.text} AND removed_at IS NULL FOR UPDATE")
_OF_MEMBER = text(f"""
SELECT {_COLUMNS} FROM relatives WHERE member_id = :member_id AND removed_at IS NULL
ORDER BY asked_at, relative_id LIMIT 100
""")  # noqa: S608
_OF_NUMBER = text(f"""
SELECT {_COLUMNS} FROM relatives WHERE phone = :phone ORDER BY asked_at LIMIT 100
""")  # noqa: S608
_ASK_AGAIN = text(f"""
UPDATE relatives SET version = version + 1, question = :question, code_sealed = :code_sealed,
    tries_left = :tries_left, asked_at = :asked_at, ends_at = :ends_at
WHERE relative_id = :relative_id RETURNING {_COLUMNS}
""")  # noqa: S608
_USE_TRY = text("""
UPDATE relatives SET tries_left = tries_left - 1 WHERE relative_id = :relative_id
""")
_CONSENT = text(f"""
UPDATE relatives SET state = 'consented', version = version + 1, code_sealed = NULL,
    consented_at = :now
WHERE relative_id = :relative_id RETURNING {_COLUMNS}
""")  # noqa: S608
# The number is forgotten: what may no longer be topped up need not be known.
_WITHDRAW = text(f"""
UPDATE relatives SET state = 'withdrawn', version = version + 1, code_sealed = NULL, phone = NULL,
    withdrawn_at = :now, withdrawn_by = :by, withdrawn_because = :because
WHERE relative_id = :relative_id RETURNING {_COLUMNS}
""")  # noqa: S608
_REMOVE = text("UPDATE relatives SET removed_at = :now WHERE relative_id = :relative_id")
_LOCK_NUMBER = text("SELECT pg_advisory_xact_lock(hashtextextended(:phone, 0))")
# SKIP LOCKED: two members who ask at once forget different ones, or leave them to each other.
_FORGET_QUESTIONS = text("""
DELETE FROM questions WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM questions WHERE asked_at <= :since LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")
_COUNT_QUESTIONS = text("""
SELECT count(*) FILTER (WHERE phone = :phone) AS to_number,
       count(*) FILTER (WHERE member_id = :member_id) AS of_member
FROM questions WHERE (phone = :phone OR member_id = :member_id) AND asked_at > :since
""")
_ADD_QUESTION = text("""
INSERT INTO questions (member_id, phone, asked_at) VALUES (:member_id, :phone, :now)
""")
_PHONES_OF_MEMBERS = text("""
SELECT member_id, phone FROM members WHERE member_id = ANY(:ids) AND status <> 'erased'
  AND phone IS NOT NULL
""")
_PHONES_OF_RELATIVES = text("""
SELECT relative_id, relatives.phone FROM relatives JOIN members USING (member_id)
WHERE relative_id = ANY(:ids) AND state = 'consented' AND status <> 'erased'
""")


def add(connection: Connection, relative: Relative) -> bool:
    """Add a relative; answers False when the member has one with this number."""
    return connection.execute(_ADD, asdict(relative)).rowcount == 1


def find(connection: Connection, relative_id: UUID) -> Relative:
    """Answer a relative; raises UnknownRelative."""
    row = connection.execute(_FIND, {"relative_id": relative_id}).one_or_none()
    if row is None:
        raise UnknownRelative(relative_id)
    return _relative(row)


def lock(connection: Connection, relative_id: UUID, member_id: UUID | None = None) -> Relative:
    """Answer a relative whom only this transaction may change, of a member if one is named.

    Raises UnknownRelative.
    """
    row = connection.execute(_LOCK, {"relative_id": relative_id}).one_or_none()
    if row is None or member_id not in {None, row.member_id}:
        raise UnknownRelative(relative_id)
    return _relative(row)


def of_member(connection: Connection, member_id: UUID) -> list[Relative]:
    """Answer a member's relatives, oldest question first."""
    return [_relative(row) for row in connection.execute(_OF_MEMBER, {"member_id": member_id})]


def of_number(connection: Connection, phone: str) -> list[Relative]:
    """Answer who names a number as his relative's."""
    return [_relative(row) for row in connection.execute(_OF_NUMBER, {"phone": phone})]


def ask_again(connection: Connection, relative: Relative) -> Relative:
    """Keep a new question to a relative that is locked."""
    return _relative(connection.execute(_ASK_AGAIN, asdict(relative)).one())


def use_try(connection: Connection, relative_id: UUID) -> None:
    """Count a wrong code."""
    connection.execute(_USE_TRY, {"relative_id": relative_id})


def consent(connection: Connection, relative_id: UUID, now: datetime) -> Relative:
    """Keep that a relative agreed."""
    values = {"relative_id": relative_id, "now": now}
    return _relative(connection.execute(_CONSENT, values).one())


def withdraw(
    connection: Connection, relative_id: UUID, *, by: str, because: str | None, now: datetime
) -> Relative:
    """Keep that a number is not to be topped up any more, and forget it."""
    values = {"relative_id": relative_id, "by": by, "because": because, "now": now}
    return _relative(connection.execute(_WITHDRAW, values).one())


def remove(connection: Connection, relative_id: UUID, now: datetime) -> None:
    """Take a relative off his member's list."""
    connection.execute(_REMOVE, {"relative_id": relative_id, "now": now})


def count_questions(
    connection: Connection, member_id: UUID, phone: str, since: datetime
) -> tuple[int, int]:
    """Answer how often a number was asked, and how often a member asked any.

    Until the transaction ends nobody else asks the number.
    """
    connection.execute(_LOCK_NUMBER, {"phone": phone})
    values = {"member_id": member_id, "phone": phone, "since": since}
    row = connection.execute(_COUNT_QUESTIONS, values).one()
    return row.to_number, row.of_member


def add_question(
    connection: Connection, member_id: UUID, phone: str, now: datetime, since: datetime
) -> None:
    """Count a question, and forget those that count no longer."""
    connection.execute(_FORGET_QUESTIONS, {"since": since})
    connection.execute(_ADD_QUESTION, {"member_id": member_id, "phone": phone, "now": now})


def phones_of_members(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Answer the numbers of those members who have one."""
    rows = connection.execute(_PHONES_OF_MEMBERS, {"ids": list(ids)})
    return {row.member_id: row.phone for row in rows}


def phones_of_relatives(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Answer the numbers of those relatives who agree to be topped up."""
    rows = connection.execute(_PHONES_OF_RELATIVES, {"ids": list(ids)})
    return {row.relative_id: row.phone for row in rows}


def _relative(row: Row[Any]) -> Relative:
    return Relative(**row._asdict() | {"state": State(row.state)})
