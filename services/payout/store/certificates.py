"""Certificates: one per payout that is not replaced, the code never in clear."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.store.payouts import Payout

_ISSUE = text("""
INSERT INTO certificates
    (certificate_id, payout_id, member_id, denomination, code_hash, code_sealed, issued_at)
SELECT certificate_id, payout_id, member_id, denomination, code_hash, code_sealed, :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:payouts AS uuid[]), CAST(:members AS uuid[]),
            CAST(:denominations AS bigint[]), CAST(:hashes AS bytea[]), CAST(:sealed AS text[]))
     AS new (certificate_id, payout_id, member_id, denomination, code_hash, code_sealed)
""")
_REISSUE = text("""
INSERT INTO certificates (certificate_id, payout_id, member_id, denomination, code_hash,
                          code_sealed, replaces, issued_at)
SELECT :certificate_id, payout_id, member_id, denomination, :code_hash, :code_sealed,
       certificate_id, :now
FROM certificates WHERE certificate_id = :replaces
""")
_ISSUED = """
SELECT certificate_id, payout_id, member_id, denomination, status, issued_at, code_sealed,
       revealed_at, replaces
FROM certificates
"""
_OF = text(f"""{_ISSUED}
WHERE member_id = :member_id AND status <> 'replaced' ORDER BY issued_at, certificate_id
""")
_FIND = text(f"{_ISSUED} WHERE certificate_id = :certificate_id")
_REPLACED_BY = text("SELECT certificate_id FROM certificates WHERE replaces = :certificate_id")
# One statement, so that of two who ask at once one is shown the code.
_REVEAL = text("""
UPDATE certificates SET revealed_at = :now
WHERE certificate_id = :certificate_id AND member_id = :member_id AND status = 'issued'
  AND revealed_at IS NULL
""")
# The same condition as a till's: of a clerk and a till in the same moment one wins.
_END = text("""
UPDATE certificates SET status = :status
WHERE certificate_id = :certificate_id AND status = 'issued'
""")
_ADD_ACT = text("""
INSERT INTO certificate_acts (certificate_id, act, clerk, reason, acted_at)
VALUES (:certificate_id, :act, :clerk, :reason, :acted_at)
""")
_ACT = text("""
SELECT certificate_id, act, clerk, reason, acted_at FROM certificate_acts
WHERE certificate_id = :certificate_id
""")


class UnknownCertificate(LookupError):
    """No certificate has this id."""

    code = "unknown_certificate"

    def __init__(self, certificate_id: UUID) -> None:
        super().__init__(f"There is no certificate {certificate_id}.")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A new certificate as it is stored: nobody who reads the table can spend it."""

    certificate_id: UUID
    code_hash: bytes
    code_sealed: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate's row without the hash of its code."""

    certificate_id: UUID
    payout_id: UUID
    member_id: UUID
    denomination: int
    status: str
    issued_at: datetime
    code_sealed: str
    revealed_at: datetime | None
    replaces: UUID | None


@dataclass(frozen=True, slots=True)
class Act:
    """What a clerk did with an open certificate, and why: it ends by one act."""

    certificate_id: UUID
    act: str
    clerk: str
    reason: str
    acted_at: datetime


def issue(
    connection: Connection, issued: Sequence[tuple[Payout, Certificate]], now: datetime
) -> None:
    """Write new certificates; the database refuses a second one for a payout."""
    columns = {
        "ids": [one.certificate_id for _, one in issued],
        "payouts": [payout.payout_id for payout, _ in issued],
        "members": [payout.member_id for payout, _ in issued],
        "denominations": [payout.points for payout, _ in issued],
        "hashes": [one.code_hash for _, one in issued],
        "sealed": [one.code_sealed for _, one in issued],
    }
    connection.execute(_ISSUE, {"now": now, **columns})


def of_member(connection: Connection, member_id: UUID) -> list[Issued]:
    """Answer a member's certificates, oldest first, without those that have a newer code."""
    return [Issued(*row) for row in connection.execute(_OF, {"member_id": member_id})]


def find(connection: Connection, certificate_id: UUID) -> Issued:
    """Answer a certificate; raises UnknownCertificate."""
    row = connection.execute(_FIND, {"certificate_id": certificate_id}).first()
    if row is None:
        raise UnknownCertificate(certificate_id)
    return Issued(*row)


def replaced_by(connection: Connection, certificate_id: UUID) -> UUID | None:
    """Answer the certificate that took another's place."""
    found: UUID | None = connection.scalar(_REPLACED_BY, {"certificate_id": certificate_id})
    return found


def set_revealed(
    connection: Connection, member_id: UUID, certificate_id: UUID, now: datetime
) -> bool:
    """Note that a member sees the code of an open certificate of his; False unless it is now."""
    asked = {"certificate_id": certificate_id, "member_id": member_id, "now": now}
    return connection.execute(_REVEAL, asked).rowcount == 1


def end(connection: Connection, certificate_id: UUID, status: str) -> bool:
    """Let an open certificate be open no more; False when it was not open."""
    asked = {"certificate_id": certificate_id, "status": status}
    return connection.execute(_END, asked).rowcount == 1


def reissue(connection: Connection, replaces: UUID, new: Certificate, now: datetime) -> None:
    """Write the certificate that takes another's place; the database refuses a second one."""
    connection.execute(_REISSUE, {"replaces": replaces, "now": now, **asdict(new)})


def add_act(connection: Connection, act: Act) -> None:
    """Keep who ended a certificate, and why."""
    connection.execute(_ADD_ACT, asdict(act))


def act_on(connection: Connection, certificate_id: UUID) -> Act | None:
    """Answer what a clerk did with a certificate."""
    row = connection.execute(_ACT, {"certificate_id": certificate_id}).first()
    return None if row is None else Act(*row)
