"""What is heard of claims: each is kept as it is now, and told to its partner when it is sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.partner_postback.store import claims
from services.partner_postback.store.access import webhooks
from services.partner_postback.webhooks import news
from shared.clock import Clock
from shared.events import Received

SENT = "sent"


class ClaimChanged(msgspec.Struct, frozen=True):
    """A claim, as far as its partner and the purchase are concerned."""

    claim_id: UUID
    member_id: UUID
    store_id: str
    click_id: str | None
    bonus_id: UUID | None
    order_id: str | None
    ordered_at: datetime
    amount_minor: int
    currency: str
    state: str
    accepted_minor: int | None
    partner_by: datetime | None


def keep_claims(
    connection: Connection, events: Sequence[Received[ClaimChanged]], clock: Clock
) -> None:
    """Keep what claims are now; one that is sent is told to its partner, if that listens."""
    for event in events:
        told = event.data
        is_sent = told.state == SENT
        changes = {
            # A bonus has the id of the conversion that opened it.
            "conversion_id": told.bonus_id,
            "changed_at": event.occurred_at,
            "sent_at": event.occurred_at if is_sent else None,
            **{name: getattr(told, name) for name in claims.HEARD},
        }
        kept = claims.put(connection, changes)
        if is_sent and claims.listens(connection, kept["partner_id"]):
            webhooks.add(connection, [news.of_claim(dict(kept), clock())], clock())
