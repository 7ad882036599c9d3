"""What this service says: the full state of a conversion line, each time it changes."""

from datetime import datetime

from services.partner_postback.domain.attribution import Conversion
from shared.events import Event
from shared.schemas import rfc3339

SAYS = {"conversions": ("conversion.changed",)}


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
