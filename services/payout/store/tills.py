"""What tills try and redeem: wrong codes, redemptions, and what is owed by certificates."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from msgspec import Struct
from sqlalchemy import Connection, text

from shared.arrays import columns
from shared.database import raw

_COUNT_WRONG = text("""
SELECT count(*) FROM wrong_codes
WHERE (salon_id = :salon_id OR member_id = CAST(:member_id AS uuid)) AND tried_at > :since
""")
_NOTE_WRONG = text("""
INSERT INTO wrong_codes (salon_id, member_id, tried_at)
VALUES (:salon_id, CAST(:member_id AS uuid), :now)
""")
_FORGET_WRONG = text("DELETE FROM wrong_codes WHERE tried_at <= :since")
_FIND_CODE = text("""
SELECT certificate_id, denomination, status FROM certificates WHERE code_hash = ANY(:hashes)
""")
# All of it in one statement: who asks, whether he is slowed, the certificate, what it pays (as
# tills/worth.py says; the table holds it). Of tills in the same moment one finds it still open.
_REDEEM = """
WITH asked AS (
    SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::bigint[],
                         %s::timestamptz[])
        AS asked (redemption_id, key_hash, code_hash, receipt, price_minor, now)
), allowed AS (
    SELECT DISTINCT ON (certificate_id) certificate_id, salon_id, redemption_id, receipt,
           price_minor, now
    FROM asked JOIN salon_keys USING (key_hash) JOIN salons USING (salon_id)
    JOIN certificates USING (code_hash)
    WHERE is_on AND status = 'issued' AND (
        SELECT count(*) FROM wrong_codes
        WHERE wrong_codes.salon_id = salons.salon_id AND tried_at > now - %s::interval
    ) < %s
), taken AS (
    UPDATE certificates SET status = 'redeemed' FROM allowed
    WHERE certificates.certificate_id = allowed.certificate_id AND status = 'issued'
    RETURNING allowed.*, denomination, least(denomination * 100, price_minor) AS pays_minor
)
INSERT INTO redemptions (redemption_id, certificate_id, salon_id, receipt, denomination,
                         price_minor, pays_minor, burns_minor, redeemed_at)
SELECT redemption_id, certificate_id, salon_id, receipt, denomination, price_minor, pays_minor,
       denomination * 100 - pays_minor, now
FROM taken
RETURNING redemption_id, certificate_id, salon_id, receipt, denomination, price_minor, pays_minor,
          burns_minor, redeemed_at
"""
_REDEMPTION = """
SELECT redemption_id, certificate_id, salon_id, receipt, denomination, price_minor, pays_minor,
       burns_minor, redeemed_at, cancelled_at
FROM redemptions
"""
_OF_RECEIPT = text(
    f"{_REDEMPTION} WHERE salon_id = :salon_id AND receipt = :receipt AND cancelled_at IS NULL"
)
_OF_CERTIFICATE = text(
    f"{_REDEMPTION} WHERE certificate_id = :certificate_id AND cancelled_at IS NULL"
)
_LOCK_REDEMPTION = text(
    f"{_REDEMPTION} WHERE redemption_id = :redemption_id AND salon_id = :salon_id FOR UPDATE"
)
_CANCEL = text("""
WITH cancelled AS (
    UPDATE redemptions SET cancelled_at = :now
    WHERE redemption_id = :redemption_id AND cancelled_at IS NULL RETURNING certificate_id
)
UPDATE certificates SET status = 'issued' FROM cancelled
WHERE certificates.certificate_id = cancelled.certificate_id
""")
_LIABILITY = text("""
SELECT count(*) AS issued,
       coalesce(sum(certificates.denomination), 0)::bigint * 100 AS issued_minor,
       count(*) FILTER (WHERE status = 'issued') AS open,
       coalesce(sum(certificates.denomination) FILTER (WHERE status = 'issued'), 0)::bigint * 100
           AS open_minor,
       count(redemption_id) AS redeemed,
       coalesce(sum(pays_minor), 0)::bigint AS redeemed_minor,
       coalesce(sum(burns_minor), 0)::bigint AS burnt_minor,
       count(*) FILTER (WHERE status = 'void') AS void,
       coalesce(sum(certificates.denomination) FILTER (WHERE status = 'void'), 0)::bigint * 100
           AS void_minor
FROM certificates LEFT JOIN redemptions
    ON redemptions.certificate_id = certificates.certificate_id AND cancelled_at IS NULL
WHERE status <> 'replaced'
""")


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries codes: a salon's till, or a member."""

    salon_id: str | None = None
    member_id: UUID | None = None

    def named(self) -> dict[str, str]:
        """Answer it as a log names it."""
        return {name: str(one) for name, one in asdict(self).items() if one is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate as a till sees it; `denomination` is rubles."""

    certificate_id: UUID
    denomination: int
    status: str


class Wanted(NamedTuple):
    """What a till asks for: the hash of its key, those of the code, a receipt and its price."""

    redemption_id: UUID
    key_hash: bytes
    hashes: Sequence[bytes]
    receipt: str
    price_minor: int
    now: datetime


class Redemption(Struct, frozen=True):
    """One purchase that a certificate paid, in whole or in part; minor units are 1/100 ruble."""

    redemption_id: UUID
    certificate_id: UUID
    salon_id: str
    receipt: str
    denomination: int
    price_minor: int
    pays_minor: int
    burns_minor: int
    redeemed_at: datetime
    cancelled_at: datetime | None = None

    @property
    def left_minor(self) -> int:
        """Answer what is left to pay otherwise."""
        return self.price_minor - self.pays_minor


def wrong_codes(connection: Connection, guesser: Guesser, since: datetime) -> int:
    """Count the wrong codes that somebody tried since a moment."""
    return int(connection.scalar(_COUNT_WRONG, {**asdict(guesser), "since": since}) or 0)


def note_wrong_code(
    connection: Connection, guesser: Guesser, now: datetime, forget_before: datetime
) -> None:
    """Count a wrong code, and forget those that count no more."""
    connection.execute(_FORGET_WRONG, {"since": forget_before})
    connection.execute(_NOTE_WRONG, {**asdict(guesser), "now": now})


def by_code(connection: Connection, hashes: Sequence[bytes]) -> Found | None:
    """Answer the certificate of a code, by its hash under any of our keys."""
    row = connection.execute(_FIND_CODE, {"hashes": list(hashes)}).first()
    return None if row is None else Found(*row)


def redeem(
    connection: Connection, wanted: Wanted, most_wrong: int, within: timedelta
) -> Redemption | None:
    """Redeem a certificate if it is open; None when anything stands against it.

    Raises psycopg's UniqueViolation when a receipt would take two certificates.
    """
    rows = raw(connection).execute(_REDEEM, _asked([wanted], most_wrong, within)).fetchall()
    return _redeemed(rows).get(wanted.redemption_id)


async def redeem_together(
    connection: psycopg.AsyncConnection[tuple[object, ...]],
    asked: Sequence[Wanted],
    most_wrong: int,
    within: timedelta,
) -> dict[UUID, Redemption]:
    """Redeem what is open, by the ids asked for; one is missing when anything stands against it.

    All or none: raises psycopg's UniqueViolation when a receipt would take two certificates.
    """
    cursor = await connection.execute(_REDEEM, _asked(asked, most_wrong, within))
    return _redeemed(await cursor.fetchall())


def _asked(asked: Sequence[Wanted], most_wrong: int, within: timedelta) -> list[object]:
    # Of a code's hashes, one under each of our keys, at most one is kept.
    flat = [
        (
            one.redemption_id,
            f"\\x{one.key_hash.hex()}",
            f"\\x{code.hex()}",
            one.receipt,
            one.price_minor,
            one.now,
        )
        for one in asked
        for code in one.hashes
    ]
    return [*columns(flat), within, most_wrong]


def _redeemed(rows: Sequence[Any]) -> dict[UUID, Redemption]:
    return {row[0]: Redemption(*row) for row in rows}


def of_receipt(connection: Connection, salon_id: str, receipt: str) -> Redemption | None:
    """Answer what a receipt of a salon was paid with, unless that was cancelled."""
    row = connection.execute(_OF_RECEIPT, {"salon_id": salon_id, "receipt": receipt}).first()
    return None if row is None else Redemption(*row)


def of_certificate(connection: Connection, certificate_id: UUID) -> Redemption | None:
    """Answer where and how a certificate was redeemed, unless that was cancelled."""
    row = connection.execute(_OF_CERTIFICATE, {"certificate_id": certificate_id}).first()
    return None if row is None else Redemption(*row)


def lock_redemption(
    connection: Connection, salon_id: str, redemption_id: UUID
) -> Redemption | None:
    """Answer a salon's redemption, which only this transaction may cancel."""
    asked = {"salon_id": salon_id, "redemption_id": redemption_id}
    row = connection.execute(_LOCK_REDEMPTION, asked).first()
    return None if row is None else Redemption(*row)


def cancel(connection: Connection, redemption_id: UUID, now: datetime) -> None:
    """Take a redemption back: its certificate can be redeemed again."""
    connection.execute(_CANCEL, {"redemption_id": redemption_id, "now": now})


def liability(connection: Connection) -> dict[str, int]:
    """Count the certificates: issued, open, redeemed, burnt, void; sums in minor units.

    One that has a newer code is counted by that one alone.
    """
    return dict(connection.execute(_LIABILITY).one()._mapping)  # noqa: SLF001 - SQLAlchemy's own public name
