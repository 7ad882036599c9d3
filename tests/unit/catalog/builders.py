"""Stores with sensible defaults: a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.catalog.domain import Kept, Status, Store, Terms
from services.catalog.rates import percent
from services.catalog.shop_window.catalogue import Catalogue, Listed, listed

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_STORE = Store(
    store_id="kettle",
    name="Kettle & Co",
    partner_id="home-market",
    group="retail",
    subgroup="department",
    description="Everything for a kitchen.",
    conditions="Repairs are excluded.",
    keywords=(),
    logo_letters="K",
    logo_colour="teal",
    status=Status.ACTIVE,
    tracking_url="https://shop.example/kettle?subid={click_id}",
    deep_link_hosts=("kettle.example",),
    attribution_days=30,
    confirmation_days=45,
    terms=(Terms(FIRST_DAY, None, (percent(None, 700),)),),
)


def make_store(**changes: Any) -> Store:
    """Make a store that pays 7 % since the first day of 2026."""
    return replace(_STORE, **changes)


def make_listed(**changes: Any) -> Listed:
    """Make a store as the window keeps it."""
    return listed(Kept(make_store(**changes), number=1, version=1))


def make_catalogue(*stores: Listed) -> Catalogue:
    """Make a catalogue of these stores."""
    return Catalogue(1, (), {one.kept.store.store_id: one for one in stores})
