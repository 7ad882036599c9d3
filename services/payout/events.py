"""What payout says: the four events of a payout, and that a certificate has a new code.

The version counts the events of one payout: requested is 1, its outcome 2, a reversal 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.payout.domain import Kind
from shared.events import Event
from shared.schemas import rfc3339

TOPIC = "payouts"
CERTIFICATES_TOPIC = "certificates"


@dataclass(frozen=True, slots=True)
class Subject:
    """The payout of an event; `amount` is the points asked for, later those that were reserved.

    `run_month`: of one that was ordered apart from runs, the month of the order.
    `relative_id`: whose phone a top-up is for, None for the member's own.
    """

    payout_id: UUID
    member_id: UUID
    run_month: str
    kind: Kind
    amount: int
    relative_id: UUID | None = None


def requested(subject: Subject, minimum: int, cutoff_at: datetime, now: datetime) -> Event:
    """Ask bonus_status to reserve points that accrued before the cut-off."""
    more = {"cutoff_at": rfc3339(cutoff_at), "minimum_amount": minimum}
    return _event("payout.requested", 1, subject, now, more)


def completed(subject: Subject, certificate_ids: Sequence[UUID], now: datetime) -> Event:
    """Tell that the money has moved, or that the certificate is issued."""
    ids = [str(certificate_id) for certificate_id in certificate_ids]
    more = {"completed_at": rfc3339(now), "certificate_ids": ids}
    return _event("payout.completed", 2, subject, now, more | _relative(subject))


def declined(subject: Subject, reason: str, now: datetime) -> Event:
    """Tell that nothing was done and nothing will be."""
    return _event("payout.declined", 2, subject, now, {"reason": reason} | _relative(subject))


def reversed_(subject: Subject, reason: str, now: datetime) -> Event:
    """Tell that the operator took a completed top-up back, or a clerk an open certificate."""
    return _event("payout.reversed", 3, subject, now, {"reason": reason})


def reissued(subject: Subject, certificate_id: UUID, replaces: UUID, now: datetime) -> Event:
    """Tell that a payout's certificate has a new code; the old one is void."""
    member_id = str(subject.member_id)
    data = {
        "certificate_id": str(certificate_id),
        "replaces": str(replaces),
        "payout_id": str(subject.payout_id),
        "member_id": member_id,
        "denomination": subject.amount,
    }
    new = str(certificate_id)
    return Event(CERTIFICATES_TOPIC, member_id, "certificate.reissued", new, 1, now, data)


def _event(
    event_type: str, version: int, subject: Subject, now: datetime, more: dict[str, Any]
) -> Event:
    member_id, payout_id = str(subject.member_id), str(subject.payout_id)
    data = {
        "payout_id": payout_id,
        "member_id": member_id,
        "run_month": subject.run_month,
        "kind": subject.kind.value,
        "amount": subject.amount,
    }
    return Event(TOPIC, member_id, event_type, payout_id, version, now, data | more)


def _relative(subject: Subject) -> dict[str, Any]:
    return {"relative_id": None if subject.relative_id is None else str(subject.relative_id)}
