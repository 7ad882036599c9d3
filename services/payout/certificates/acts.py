"""What a clerk does with an open certificate: a new code for it, or its points back.

Whoever is first ends it: a till, a member's other salon, another clerk. The clerk's own words stay
in our table, because they may name a person.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Connection

from services.payout import events
from services.payout.certificates.codes import CodeBook
from services.payout.states import Fact, move
from services.payout.store import certificates, payouts
from services.payout.store.certificates import Act, Issued
from shared import event_log

log = structlog.get_logger()
# The one word that travels: to bonus_status with the points, to notifications for its text.
VOIDED = "certificate_voided"


class NotOpen(ValueError):
    """The certificate was redeemed, replaced or voided before."""

    code = "certificate_not_open"

    def __init__(self, status: str) -> None:
        super().__init__(f"The certificate is {status}: only an open one can be changed or shown.")


def reissue(  # noqa: PLR0913 - which one, with what codes, when, who and why
    connection: Connection,
    book: CodeBook,
    certificate_id: UUID,
    now: datetime,
    *,
    clerk: str,
    reason: str,
) -> Issued:
    """Give an open certificate a new code, sent by SMS; the old one is void from this commit on.

    Raises UnknownCertificate, NotOpen.
    """
    old = _end(connection, "replaced", Act(certificate_id, "reissued", clerk, reason, now))
    new = book.new()
    certificates.reissue(connection, certificate_id, new, now)
    subject = payouts.find(connection, old.payout_id).subject()
    said = events.reissued(subject, new.certificate_id, certificate_id, now)
    event_log.add(connection, [said])
    log.info("certificate.reissued", certificate_id=str(certificate_id), by=str(new.certificate_id))
    return certificates.find(connection, new.certificate_id)


def void(
    connection: Connection, certificate_id: UUID, now: datetime, *, clerk: str, reason: str
) -> Issued:
    """Void an open certificate and let its points be given back, as of a top-up taken back.

    Raises UnknownCertificate, NotOpen.
    """
    ended = _end(connection, "void", Act(certificate_id, "voided", clerk, reason, now))
    payout = payouts.lock(connection, [ended.payout_id])[ended.payout_id]
    state = move(payout.payout_id, payout.state, Fact.REVERSED)
    payouts.set_states(connection, {payout.payout_id: (state, VOIDED)})
    event_log.add(connection, [events.reversed_(payout.subject(), VOIDED, now)])
    log.info("certificate.voided", certificate_id=str(certificate_id))
    return ended


def _end(connection: Connection, status: str, act: Act) -> Issued:
    is_ended = certificates.end(connection, act.certificate_id, status)
    found = certificates.find(connection, act.certificate_id)
    if not is_ended:
        raise NotOpen(found.status)
    certificates.add_act(connection, act)
    return found
