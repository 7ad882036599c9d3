"""The file of stores that ships with the service is complete and as the programme promises."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.catalog.domain import Status, Store, in_force
from services.catalog.rates import RateKind, headline
from shared.months import PROGRAMME_ZONE
from tests.unit.catalog.files import read

FILE = Path(__file__).parents[3] / "services" / "catalog" / "stores.yaml"
A_WEEKDAY = datetime(2026, 10, 1, tzinfo=UTC)
BLACK_FRIDAY = datetime(2026, 11, 27, tzinfo=PROGRAMME_ZONE)


@pytest.fixture(scope="module")
def stores() -> dict[str, Store]:
    return {entry.store.store_id: entry.store for entry in read(FILE.read_bytes()).entries}


def headline_at(store: Store, moment: datetime) -> str:
    return headline(in_force(store.timeline(), moment)[0].rates)


def test_it_has_at_least_sixty_stores_in_six_groups(stores: dict[str, Store]) -> None:
    groups = Counter(store.group for store in stores.values())
    assert len(stores) >= 60
    assert len(groups) == 6
    assert min(groups.values()) >= 8


@pytest.mark.parametrize(
    ("store_id", "said"),
    [
        ("aliexpress", "7 %"),
        ("booking", "5 %"),
        ("perekrestok", "15 %"),
        ("operator-wallet", "1 %"),
        ("operator-tariff", "up to 50 %"),
    ],
)
def test_rates_are_those_of_real_life(stores: dict[str, Store], store_id: str, said: str) -> None:
    assert headline_at(stores[store_id], A_WEEKDAY) == said


def test_black_friday_raises_rates_between_two_moscow_midnights(stores: dict[str, Store]) -> None:
    store = stores["aliexpress"]
    moments = [
        BLACK_FRIDAY.replace(day=26, hour=23, minute=59),
        BLACK_FRIDAY,
        BLACK_FRIDAY.replace(day=30, hour=23, minute=59),
        BLACK_FRIDAY.replace(month=12, day=1),
    ]
    assert [headline_at(store, moment) for moment in moments] == ["7 %", "12 %", "12 %", "7 %"]


def test_it_shows_every_kind_of_store(stores: dict[str, Store]) -> None:
    """The demo and its reader meet a pause, flat sums, exclusions, categories and deep links."""
    everything = list(stores.values())
    rates = [rate for one in everything for terms in one.terms for rate in terms.rates]
    assert any(one.status is Status.PAUSED for one in everything)
    assert any(rate.kind is RateKind.FLAT for rate in rates)
    assert any(rate.excluded for rate in rates)
    assert sum(bool(one.deep_link_hosts) for one in everything) > 40
    assert len({one.conditions for one in everything}) == len(everything)


def test_our_own_offers_are_confirmed_in_days(stores: dict[str, Store]) -> None:
    own = [one for one in stores.values() if one.group == "own-offers"]
    assert {one.partner_id for one in own} == {"operator"}
    assert max(one.confirmation_days for one in own) <= 3
    assert max(one.confirmation_days for one in stores.values()) == 90
