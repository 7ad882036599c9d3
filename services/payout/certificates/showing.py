"""Showing: a member sees the code of his certificate once, to keep or to give away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.payout.certificates.acts import NotOpen
from services.payout.certificates.codes import CodeBook
from services.payout.certificates.ordering import NotActive
from services.payout.domain import MemberStatus
from services.payout.store import certificates, heard
from services.payout.store.certificates import Issued, UnknownCertificate

_OPEN = "issued"


class AlreadyRevealed(ValueError):
    """A code is shown once."""

    code = "already_revealed"

    def __init__(self, revealed_at: datetime) -> None:
        super().__init__(
            f"The code was shown on {revealed_at:%d.%m.%Y at %H:%M} UTC, once for all. It stands in"
            " the SMS too; is that lost, a clerk can give the certificate a new code."
        )


@dataclass(frozen=True, slots=True)
class Revealed:
    """A certificate with its code: for one answer, never for a log."""

    issued: Issued
    code: str


def reveal(
    connection: Connection, book: CodeBook, member_id: UUID, certificate_id: UUID, now: datetime
) -> Revealed:
    """Show a member the code of an open certificate of his, this once.

    Raises UnknownCertificate, NotActive, AlreadyRevealed, NotOpen.
    """
    is_now = certificates.set_revealed(connection, member_id, certificate_id, now)
    found = certificates.find(connection, certificate_id)
    if found.member_id != member_id:
        raise UnknownCertificate(certificate_id)
    # A session outlives a block by some minutes, and a code is money.
    if status := heard.not_active(connection, [member_id]).get(member_id):
        raise NotActive(MemberStatus(status))
    if found.status != _OPEN:
        raise NotOpen(found.status)
    if not is_now:
        raise AlreadyRevealed(found.revealed_at or now)
    return Revealed(found, book.open(certificate_id, found.code_sealed))
