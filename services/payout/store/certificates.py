"""Certificates: one per payout, the code never in clear."""

from collections.abc import Sequence
from dataclasses import dataclass
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
_OF = text("""
SELECT certificate_id, payout_id, member_id, denomination, status, issued_at, code_sealed
FROM certificates WHERE member_id = :member_id ORDER BY issued_at, certificate_id
""")
_FIND = text("""
SELECT certificate_id, payout_id, member_id, denomination, status, issued_at, code_sealed
FROM certificates WHERE certificate_id = :certificate_id
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
    """Answer a member's certificates, oldest first."""
    return [Issued(*row) for row in connection.execute(_OF, {"member_id": member_id})]


def find(connection: Connection, certificate_id: UUID) -> Issued:
    """Answer a certificate; raises UnknownCertificate."""
    row = connection.execute(_FIND, {"certificate_id": certificate_id}).first()
    if row is None:
        raise UnknownCertificate(certificate_id)
    return Issued(*row)
