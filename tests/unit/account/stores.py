"""Stores of the shop window with sensible defaults: a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from services.account.shop.listing import plain
from services.account.shop.stock import Best, Group, Stock, Store, Subgroup

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
GROUPS = (
    Group(
        "travel", "Travel", "Far", (Subgroup("hotels", "Hotels"), Subgroup("flights", "Flights"))
    ),
    Group("retail", "Retail", "Near", (Subgroup("pets", "Pets"),)),
)
_STORE = Store(
    store_id="kettle",
    name="Kettle",
    group="retail",
    subgroup="pets",
    status="active",
    best=Best("percent", 700, None),
    weight=700,
    description="",
    conditions="",
    logo_letters="K",
    logo_colour="teal",
    attribution_days=30,
    confirmation_days=45,
)


def make_store(store_id: str, **changes: Any) -> Store:
    """Make an active store on the shelf retail/pets, with its id for a name."""
    return replace(_STORE, store_id=store_id, **({"name": store_id.title()} | changes))


def make_stock(*stores: Store) -> Stock:
    """Make a stock of these stores in two groups."""
    words = {one.store_id: plain(" ".join([one.name, *one.keywords])) for one in stores}
    return Stock(GROUPS, {one.store_id: one for one in stores}, words)
