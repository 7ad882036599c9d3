"""Builders for bonus_status: what its topics carry, with sensible defaults and a small cast."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from services.bonus_status import schemas
from services.bonus_status.handlers.conversions import Pricing
from services.bonus_status.store.heard import StoreTerms
from services.bonus_status.terms import Rate, Terms
from shared.events import Event, Received

REPORTED_AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
BUYER = "4a051996-378b-4a19-95b9-23de43c27a93"
STORE = "aliexpress"
TERMS_ID = "8ea5fa47-c7a3-4cd3-83fd-8aa77969e692"
RATES = (
    Rate(None, "percent", basis_points=700),
    Rate("subscription", "flat", rubles=500),
    Rate("tobacco", "percent", excluded=True),
)


def new_id() -> str:
    """Answer a random id."""
    return str(uuid4())


def conversion_data(**changes: Any) -> dict[str, Any]:
    """The data of conversion.changed as the contract has it; 1 099.00 RUB at 7 % is 76 points."""
    return {
        "conversion_id": new_id(),
        "partner_id": "global-mall",
        "order_id": "A-1",
        "line_id": "1",
        "action": "sale",
        "store_id": STORE,
        "member_id": BUYER,
        "click_id": "A" * 64,
        "clicked_at": "2026-11-20T10:00:00Z",
        "status": "reported",
        "category": None,
        "paid_minor": 109_900,
        "currency": "RUB",
        "rate_micro": 1_000_000,
        "ordered_at": "2026-11-20T10:30:00Z",
        "reason": None,
        "receipt_id": new_id(),
    } | changes


def store_data(store_id: str = STORE, **changes: Any) -> dict[str, Any]:
    """The data of store.changed as the contract has it: 7 %, and one excluded category."""
    rate = {"category": None, "kind": "percent", "basis_points": 700, "rubles": None}
    return {
        "store_id": store_id,
        "number": 1,
        "name": store_id.title(),
        "partner_id": "global-mall",
        "group": "online stores",
        "subgroup": "all",
        "status": "active",
        "tracking_url": "https://shop.example/?subid={click_id}",
        "deep_link_hosts": [],
        "attribution_days": 30,
        "confirmation_days": 45,
        "terms": [
            {
                "terms_id": TERMS_ID if store_id == STORE else new_id(),
                "valid_from": "2026-01-01T00:00:00Z",
                "valid_to": None,
                "rates": [
                    {**rate, "excluded": False},
                    {**rate, "category": "tobacco", "excluded": True},
                ],
            }
        ],
    } | changes


def requested_data(**changes: Any) -> dict[str, Any]:
    """The data of payout.requested as the contract has it."""
    return {
        "payout_id": new_id(),
        "member_id": BUYER,
        "run_month": "2026-12",
        "kind": "top_up",
        "cutoff_at": "2026-11-30T21:00:00Z",
        "amount": 1_000,
        "minimum_amount": 1,
    } | changes


def event(  # noqa: PLR0913 - the envelope's fields
    event_type: str,
    data: dict[str, Any],
    *,
    topic: str,
    aggregate_id: str,
    version: int = 1,
    occurred_at: datetime = REPORTED_AT,
    key: str | None = None,
) -> Event:
    """An event as another service says it."""
    key = key or aggregate_id
    return Event(topic, key, event_type, aggregate_id, version, occurred_at, data)


def received(data: Any, aggregate_id: str, *, version: int = 1, at: datetime = REPORTED_AT) -> Any:
    """An event as a handler sees it."""
    return Received(UUID(new_id()), "tested", aggregate_id, version, at, data)


def reported(
    conversion_id: str, *, version: int = 1, at: datetime = REPORTED_AT, **changes: Any
) -> Received[schemas.ConversionView]:
    """A conversion as its handler sees it."""
    data = conversion_data(conversion_id=conversion_id, **changes)
    view = msgspec.convert(data, schemas.ConversionView)
    return received(view, conversion_id, version=version, at=at)


def requested(payout_id: str, **changes: Any) -> Received[schemas.PayoutRequestedView]:
    """A payout's request as its handler sees it."""
    data = requested_data(payout_id=payout_id, **changes)
    return received(msgspec.convert(data, schemas.PayoutRequestedView), payout_id)


def ended(payout_id: str, amount: int, **changes: Any) -> Received[schemas.PayoutEndedView]:
    """A payout's end as its handler sees it."""
    view = schemas.PayoutEndedView(payout_id, changes.get("member_id", BUYER), amount, "because")
    return received(view, payout_id, version=2)


def pricing(*conversion_ids: str) -> Pricing:
    """The terms that value these conversions: 7 % and the other rates above."""
    terms = Terms(TERMS_ID, datetime(2026, 1, 1, tzinfo=UTC), None, RATES)
    return Pricing(
        {STORE: StoreTerms(45, (terms,))}, dict.fromkeys(conversion_ids, terms), {TERMS_ID: RATES}
    )
