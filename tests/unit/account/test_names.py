"""The names that the shipped catalog uses are the names that the website translates."""

from pathlib import Path

from services.account.shop.names import GOODS, SHELVES
from tests.unit.catalog.files import read

SHIPPED = Path(__file__).parents[3] / "services" / "catalog" / "stores.yaml"


def test_every_group_and_every_kind_of_goods_is_known() -> None:
    """INVARIANT: a visitor meets no English shelf among Russian ones."""
    file = read(SHIPPED.read_bytes())
    shelves = {one.name for group in file.groups for one in (group, *group.subgroups)}
    assert shelves | {group.tagline for group in file.groups} == SHELVES
    rates = [
        rate
        for entry in file.entries
        for period in (*entry.store.terms, *entry.store.promotions)
        for rate in period.rates
    ]
    goods = {rate.category.replace("-", " ").capitalize() for rate in rates if rate.category}
    assert goods == GOODS
