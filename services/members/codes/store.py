"""The tables of codes and every query on them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.members.codes.domain import Code, Purpose
from services.members.codes.limits import DAY, HOUR, Counts, Whose

_COLUMNS = """subject, purpose, number, code_sealed, tries_left, asked_at, ends_at, used_at,
    sending"""
_FIND = text(f"""
SELECT {_COLUMNS} FROM codes WHERE subject = :subject AND purpose = :purpose
""")  # noqa: S608 - the columns are written above
_LOCK = text(f"{_FIND.text} FOR UPDATE")
_PUT = text(f"""
INSERT INTO codes ({_COLUMNS})
VALUES (:subject, :purpose, :number, :code_sealed, :tries_left, :asked_at, :ends_at, :used_at,
        :sending)
ON CONFLICT (subject, purpose) DO UPDATE SET number = excluded.number,
    code_sealed = excluded.code_sealed, tries_left = excluded.tries_left,
    asked_at = excluded.asked_at, ends_at = excluded.ends_at, used_at = NULL,
    sending = excluded.sending
""")  # noqa: S608
_USE_TRY = text("""
UPDATE codes SET tries_left = tries_left - 1 WHERE subject = :subject AND purpose = :purpose
""")
_USE = text("""
UPDATE codes SET used_at = :now, code_sealed = NULL WHERE subject = :subject AND purpose = :purpose
""")
_TYPED_BACK = text("UPDATE code_sendings SET typed_back_at = :now WHERE sending = :sending")
_FORGET = text("DELETE FROM codes WHERE subject = :subject AND purpose = :purpose")
_FORGET_OVER = text("""
DELETE FROM codes WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM codes WHERE ends_at <= :before LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")
# Both in one order, so that two who ask for each other's never wait for each other.
_ONE_AT_A_TIME = text("""
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT hashtextextended(encode(:recipient, 'hex'), 1) AS key
    UNION SELECT hashtextextended(:address, 2) ORDER BY key
) AS keys
""")
_LAST_TO = text("""
SELECT max(sent_at) FROM code_sendings WHERE recipient_digest = :recipient
""")
_COUNT = text("""
SELECT
    (SELECT count(*) FROM code_sendings WHERE recipient_digest = :recipient AND sent_at > :hour)
        AS recipient_hour,
    (SELECT count(*) FROM code_sendings WHERE recipient_digest = :recipient AND sent_at > :day)
        AS recipient_day,
    (SELECT count(*) FROM code_sendings WHERE visitor_address = :address AND sent_at > :hour)
        AS address_hour,
    (SELECT count(*) FROM code_sendings WHERE visitor_address = :address AND sent_at > :day)
        AS address_day,
    (SELECT count(*) FROM code_sendings WHERE prefix = :prefix AND sent_at > :hour) AS prefix_hour,
    (SELECT count(*) FROM code_sendings WHERE prefix = :prefix AND sent_at > :day) AS prefix_day
""")
_ADD_SENDING = text("""
INSERT INTO code_sendings (recipient_digest, visitor_address, prefix, sent_at)
VALUES (:recipient, :address, :prefix, :now) RETURNING sending
""")
_FORGET_SENDINGS = text("""
DELETE FROM code_sendings WHERE sending = ANY(ARRAY(
    SELECT sending FROM code_sendings WHERE sent_at <= :before LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")
_COUNT_TYPED_BACK = text("""
SELECT count(*) AS sent, count(typed_back_at) AS typed_back FROM code_sendings
WHERE prefix = :prefix AND sent_at > :since AND sent_at <= :until
""")
_WINDOWS = {HOUR: "hour", DAY: "day"}


def find(connection: Connection, subject: UUID, purpose: Purpose) -> Code | None:
    """Answer the last code of a subject and a purpose."""
    values = {"subject": subject, "purpose": purpose.value}
    return _code(connection.execute(_FIND, values).one_or_none())


def lock(connection: Connection, subject: UUID, purpose: Purpose) -> Code | None:
    """Answer it so that nobody else tries it until the transaction ends."""
    values = {"subject": subject, "purpose": purpose.value}
    return _code(connection.execute(_LOCK, values).one_or_none())


def put(connection: Connection, code: Code) -> None:
    """Keep a code in the place of the one before it, and forget some that are long over."""
    connection.execute(_FORGET_OVER, {"before": code.asked_at - DAY})
    connection.execute(_PUT, asdict(code) | {"purpose": code.purpose.value})


def use_try(connection: Connection, code: Code) -> None:
    """Count a wrong try of a code that is locked."""
    connection.execute(_USE_TRY, {"subject": code.subject, "purpose": code.purpose.value})


def use(connection: Connection, code: Code, now: datetime) -> None:
    """Use a locked code up."""
    values = {"subject": code.subject, "purpose": code.purpose.value, "now": now}
    connection.execute(_USE, values)
    connection.execute(_TYPED_BACK, {"sending": code.sending, "now": now})


def forget(connection: Connection, subject: UUID, purpose: Purpose) -> None:
    """Forget a code that proves nothing any more."""
    connection.execute(_FORGET, {"subject": subject, "purpose": purpose.value})


def one_at_a_time(connection: Connection, recipient: bytes, address: str) -> None:
    """Let nobody else send to a recipient or for an address until the transaction ends."""
    connection.execute(_ONE_AT_A_TIME, {"recipient": recipient, "address": address})


def last_sent_to(connection: Connection, recipient: bytes) -> datetime | None:
    """Answer when the last code was sent to a recipient."""
    last: datetime | None = connection.scalar(_LAST_TO, {"recipient": recipient})
    return last


def count_sendings(
    connection: Connection, recipient: bytes, address: str, prefix: str | None, now: datetime
) -> Counts:
    """Answer how many codes were sent, by whose and within which window."""
    values = {
        "recipient": recipient,
        "address": address,
        "prefix": prefix,
        "hour": now - HOUR,
        "day": now - DAY,
    }
    row = connection.execute(_COUNT, values).one()._asdict()
    return {
        (whose, window): row[f"{whose.value}_{name}"]
        for whose in Whose
        for window, name in _WINDOWS.items()
    }


def add_sending(
    connection: Connection, recipient: bytes, address: str, prefix: str | None, now: datetime
) -> int:
    """Count a code that is sent, and forget some that count no longer; answers its number."""
    connection.execute(_FORGET_SENDINGS, {"before": now - DAY})
    values = {"recipient": recipient, "address": address, "prefix": prefix, "now": now}
    return int(connection.execute(_ADD_SENDING, values).scalar_one())


def count_typed_back(
    connection: Connection, prefix: str, since: datetime, until: datetime
) -> tuple[int, int]:
    """Answer how many SMS went to a country's numbers, and how many of their codes came back."""
    values = {"prefix": prefix, "since": since, "until": until}
    row = connection.execute(_COUNT_TYPED_BACK, values).one()
    return row.sent, row.typed_back


def _code(row: Row[Any] | None) -> Code | None:
    return None if row is None else Code(**row._asdict() | {"purpose": Purpose(row.purpose)})
