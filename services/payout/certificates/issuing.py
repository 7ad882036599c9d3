"""Issuing: a payout whose points are reserved becomes a certificate, with its code, in one go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.payout import events
from services.payout.certificates.codes import CodeBook
from services.payout.states import Fact, move
from services.payout.store import certificates, heard, payouts
from services.payout.store.payouts import Payout
from shared import event_log

_BATCH = 200


def issue_reserved(connection: Connection, book: CodeBook, now: datetime) -> int:
    """Issue the certificates whose points are reserved, and say so; answers how many.

    No outside call is needed, so code, payout and event are one commit: there is nothing to be
    unsure about afterwards. Who was blocked or erased since his points were reserved gets none.
    """
    waiting = payouts.reserved_certificates(connection, now, _BATCH)
    if not waiting:
        return 0
    out = heard.not_active(connection, [payout.member_id for payout in waiting])
    _decline(connection, [one for one in waiting if one.member_id in out], out, now)
    return _issue(connection, [one for one in waiting if one.member_id not in out], book, now)


def _issue(connection: Connection, waiting: Sequence[Payout], book: CodeBook, now: datetime) -> int:
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


def _decline(
    connection: Connection, declined: Sequence[Payout], why: Mapping[UUID, str], now: datetime
) -> None:
    states = {
        one.payout_id: (move(one.payout_id, one.state, Fact.NOT_PAYABLE), why[one.member_id])
        for one in declined
    }
    payouts.set_states(connection, states)
    said = [events.declined(one.subject(), why[one.member_id], now) for one in declined]
    event_log.add(connection, said)
