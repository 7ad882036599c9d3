"""How the bonus of a purchase follows what its store says: pure rules."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from services.bonus_status.domain import (
    CONFIRMED,
    Bonus,
    ConversionStatus,
    Source,
    Status,
    stand,
)
from services.bonus_status.terms import Purchase

_STANDING: Mapping[ConversionStatus, Status] = {
    ConversionStatus.REPORTED: Status.PENDING,
    ConversionStatus.APPROVED_UNFUNDED: Status.PENDING,
    ConversionStatus.APPROVED: Status.ACCRUED,
    ConversionStatus.DECLINED: Status.REJECTED,
    ConversionStatus.RETURNED: Status.REJECTED,
}


class Report(Struct, frozen=True):
    """A conversion as the store last described it, valued by the terms of its first record.

    `unfunded_accrues`: the programme does not wait for the store's money.
    """

    version: int
    status: ConversionStatus
    purchase: Purchase
    amount: int
    reason: str | None
    at: datetime
    unfunded_accrues: bool = False


class Origin(Struct, frozen=True):
    """What never changes in a bonus: whose it is, and the click, order and terms it came from."""

    conversion_id: str
    member_id: str
    store_id: str
    order_id: str
    terms_id: str
    clicked_at: datetime
    ordered_at: datetime
    expected_at: datetime


def open_bonus(origin: Origin, report: Report) -> Bonus:
    """Answer the new bonus of a conversion that is heard of for the first time."""
    status = _standing(report)
    purchase = report.purchase
    return Bonus(
        origin.conversion_id,
        origin.member_id,
        Source.PURCHASE,
        report.at,
        status,
        report.amount,
        conversion_id=origin.conversion_id,
        store_id=origin.store_id,
        order_id=origin.order_id,
        terms_id=origin.terms_id,
        clicked_at=origin.clicked_at,
        ordered_at=origin.ordered_at,
        expected_at=origin.expected_at,
        paid_minor=purchase.paid_minor,
        currency=purchase.currency,
        rate_micro=purchase.rate_micro,
        category=purchase.category,
        conversion_status=report.status,
        conversion_version=report.version,
        accrued_at=report.at if status is Status.ACCRUED else None,
        rejected_at=report.at if status is Status.REJECTED else None,
        reason=_reason(report),
    )


def follow(bonus: Bonus, report: Report) -> Bonus:
    """Answer the bonus after its conversion changed; raises IllegalMove.

    Example: 76 points, accrued and spent whole, whose conversion is returned: rejected, and 76
    points below zero available, which is the member's debt.
    """
    standing = _standing(report)
    if standing is Status.PENDING and bonus.status in CONFIRMED:
        # Points once confirmed are taken only by a decline or a return, not by a late "reported".
        standing = Status.ACCRUED
    purchase = report.purchase
    return stand(
        bonus,
        standing,
        amount=report.amount,
        at=report.at,
        reason=_reason(report),
        paid_minor=purchase.paid_minor,
        currency=purchase.currency,
        rate_micro=purchase.rate_micro,
        category=purchase.category,
        conversion_status=report.status,
        conversion_version=report.version,
    )


def _standing(report: Report) -> Status:
    """Answer the status that a report asks for.

    What is approved but not paid by the store waits, unless the programme's setting lets it accrue.
    """
    if report.status is ConversionStatus.APPROVED_UNFUNDED and report.unfunded_accrues:
        return Status.ACCRUED
    return _STANDING[report.status]


def _reason(report: Report) -> str | None:
    if report.status in {ConversionStatus.REPORTED, ConversionStatus.APPROVED}:
        return None
    return report.reason or report.status.value
