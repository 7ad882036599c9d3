"""What this service hears: stores, as the catalogue tells them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from services.partner_postback.store import stores
from shared.clock import Clock
from shared.events import Received
from shared.subscriptions import Handles, Subscription

GROUP = "partner-postback"


class StoreChanged(msgspec.Struct, frozen=True):
    """What counts of a store here."""

    store_id: str
    number: int
    partner_id: str
    attribution_days: int


def keep_stores(
    connection: Connection, events: Sequence[Received[StoreChanged]], clock: Clock
) -> None:
    """Keep what stores are like now; of several events of one store the last counts."""
    latest = {event.data.store_id: event.data for event in events}
    rows = [msgspec.structs.astuple(one) for one in latest.values()]
    stores.put(connection, rows, clock())


SUBSCRIPTIONS = (
    Subscription("stores", {"store.changed": Handles(StoreChanged, keep_stores)}, snapshots=True),
)
