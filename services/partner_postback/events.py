"""What this service says: how a conversion line stands, and what a partner answered to a claim."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.partner_postback.domain.attribution import Conversion
from shared.events import Event
from shared.schemas import rfc3339

SAYS = {"conversions": ("conversion.changed",), "claim-answers": ("claim.answered",)}


def conversion_changed(conversion: Conversion, now: datetime) -> Event:
    """Say what a conversion is now; keyed by its order, so that an order's lines stay in order."""
    state = conversion.state
    assert state.ordered_at is not None
    return Event(
        topic="conversions",
        key=f"{conversion.partner_id}:{conversion.order_id}",
        type="conversion.changed",
        aggregate_id=str(conversion.conversion_id),
        version=conversion.version,
        occurred_at=now,
        data={
            "conversion_id": str(conversion.conversion_id),
            "partner_id": conversion.partner_id,
            "order_id": conversion.order_id,
            "line_id": conversion.line_id,
            "action": conversion.action,
            "store_id": conversion.store_id,
            "member_id": str(conversion.member_id),
            "click_id": conversion.click_id,
            "clicked_at": rfc3339(conversion.clicked_at),
            "status": state.status.value,
            "category": state.category,
            "paid_minor": state.paid_minor,
            "currency": conversion.currency,
            "rate_micro": conversion.rate_micro,
            "ordered_at": rfc3339(state.ordered_at),
            "reason": state.reason,
            "receipt_id": str(conversion.receipt_id),
        },
    )


def claim_answered(claim: Mapping[str, Any]) -> Event:
    """Say what a partner answered to a claim, once."""
    claim_id = str(claim["claim_id"])
    answered_at = claim["answered_at"]
    data = {
        "claim_id": claim_id,
        "partner_id": claim["partner_id"],
        "answer": claim["answer"],
        "amount_minor": claim["answer_minor"],
        "text": claim["answer_text"],
        "answered_at": rfc3339(answered_at),
    }
    return Event("claim-answers", claim_id, "claim.answered", claim_id, 1, answered_at, data)
