"""Issuing: a payout whose points are reserved becomes a certificate, with its code, in one go."""

from datetime import datetime

from sqlalchemy import Connection

from services.payout import events
from services.payout.certificates.codes import CodeBook
from services.payout.states import Fact, move
from services.payout.store import certificates, payouts
from shared import event_log

_BATCH = 200


def issue_reserved(connection: Connection, book: CodeBook, now: datetime) -> int:
    """Issue the certificates whose points are reserved, and say so; answers how many.

    No outside call is needed, so code, payout and event are one commit: there is nothing to be
    unsure about afterwards.
    """
    waiting = payouts.reserved_certificates(connection, now, _BATCH)
    if not waiting:
        return 0
    for payout in waiting:
        move(payout.payout_id, payout.state, Fact.ISSUED)
    issued = [(payout, book.new()) for payout in waiting]
    certificates.issue(connection, issued, now)
    payouts.set_completed(connection, [payout.payout_id for payout in waiting], now)
    event_log.add(
        connection,
        [events.completed(payout.subject(), [one.certificate_id], now) for payout, one in issued],
    )
    return len(issued)
