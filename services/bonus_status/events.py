"""What this service says, all on the topic `bonuses`, in the order of the member's account."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from services.bonus_status.domain import Bonus
from services.bonus_status.ledger import Account
from shared.events import Event
from shared.schemas import rfc3339

TOPIC = "bonuses"


class Points(StrEnum):
    """What became of the points that a payout asked for, or had."""

    RESERVED = "points.reserved"
    REFUSED = "points.refused"
    WRITTEN_OFF = "points.written_off"
    RELEASED = "points.released"
    RETURNED = "points.returned"


SAYS = ("bonus.changed", *Points)


class Why(NamedTuple):
    """What changed a bonus: an event, with the partner's receipt or the payout behind it."""

    event_id: str
    at: datetime
    receipt_id: str | None
    payout_id: str | None


def bonus_changed(bonus: Bonus, account: Account, why: Why, at: datetime) -> Event:
    """Say how a bonus and its member's account stand now."""
    data: dict[str, Any] = {
        "bonus_id": bonus.bonus_id,
        "member_id": bonus.member_id,
        "source": bonus.source.value,
        "conversion_id": bonus.conversion_id,
        "store_id": bonus.store_id,
        "status": bonus.status.value,
        "amount": max(bonus.amount, 0),
        "debit": max(-bonus.amount, 0),
        # Below zero it is a debt, and that stands in the balance.
        "available": max(bonus.available, 0),
        "accrued_at": _moment(bonus.accrued_at),
        "expected_at": _moment(bonus.expected_at),
        "reason": bonus.reason,
        "payout_id": bonus.payout_id,
        "cause": {
            "event_id": why.event_id,
            "at": rfc3339(why.at),
            "receipt_id": why.receipt_id,
            "payout_id": why.payout_id,
        },
        "balance": account.balance(),
    }
    return _event("bonus.changed", account, data, at)


def points(  # noqa: PLR0913 - one event, its fields
    what: Points,
    account: Account,
    payout_id: str,
    amount: int,
    *,
    reason: str | None,
    at: datetime,
) -> Event:
    """Say what became of a payout's points, and how its member's account stands now."""
    data = {
        "payout_id": payout_id,
        "member_id": account.member_id,
        "amount": amount,
        "reason": reason,
        "balance": account.balance(),
    }
    return _event(what.value, account, data, at)


def _event(event_type: str, account: Account, data: dict[str, Any], at: datetime) -> Event:
    member_id = account.member_id
    return Event(TOPIC, member_id, event_type, member_id, account.version, at, data)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
