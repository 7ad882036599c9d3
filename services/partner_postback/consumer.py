"""What this service hears: stores, as the catalogue tells them, and members' claims."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection

from services.partner_postback.claims.hearing import ClaimChanged, keep_claims
from services.partner_postback.store import stores
from services.partner_postback.store.stores import NamedCategories, StoreRow
from shared.clock import Clock
from shared.events import Received
from shared.subscriptions import Handles, Subscription

GROUP = "partner-postback"


class RateView(msgspec.Struct, frozen=True):
    """Which goods a rate is for; null: all other goods."""

    category: str | None


class TermsView(msgspec.Struct, frozen=True):
    """What a store pays from one moment up to, not including, another."""

    valid_from: datetime
    valid_to: datetime | None
    rates: list[RateView]


class StoreChanged(msgspec.Struct, frozen=True):
    """What counts of a store here."""

    store_id: str
    number: int
    partner_id: str
    attribution_days: int
    status: Literal["active", "paused"] = "active"
    order_cap_rubles: int | None = None
    terms: list[TermsView] = []


def keep_stores(
    connection: Connection, events: Sequence[Received[StoreChanged]], clock: Clock
) -> None:
    """Keep what stores are like now; of several events of one store the last counts."""
    latest = {event.data.store_id: event.data for event in events}
    stores.put(connection, {_row(one): list(_named(one)) for one in latest.values()}, clock())


def _row(told: StoreChanged) -> StoreRow:
    return StoreRow(
        told.store_id,
        told.number,
        told.partner_id,
        told.attribution_days,
        told.status,
        told.order_cap_rubles,
    )


def _named(told: StoreChanged) -> Iterable[NamedCategories]:
    for terms in told.terms:
        categories = [rate.category for rate in terms.rates if rate.category is not None]
        yield NamedCategories(terms.valid_from, terms.valid_to, categories)


SUBSCRIPTIONS = (
    Subscription("stores", {"store.changed": Handles(StoreChanged, keep_stores)}, snapshots=True),
    Subscription("claims", {"claim.changed": Handles(ClaimChanged, keep_claims)}),
)
