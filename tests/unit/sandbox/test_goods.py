"""Every shop of the demo has something to sell, and something for each rate that it pays."""

from pathlib import Path

import pytest
import yaml

from services.sandbox.partner_shop.goods import price, shelf_of, title_of

CATALOG = Path(__file__).parents[3] / "services" / "catalog" / "stores.yaml"
STORES = yaml.safe_load(CATALOG.read_text(encoding="utf-8"))["stores"]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store["store_id"])
def test_each_rate_of_a_store_can_be_tried_in_its_shop(store: dict[str, object]) -> None:
    """INVARIANT: what the shop window promises for a category can be bought."""
    terms: list[dict[str, dict[str, str]]] = store["terms"]  # type: ignore[assignment]
    promised = {category for one in terms for category in one["rates"]} - {"others"}
    sold = {good.category for good in shelf_of(str(store["store_id"])).goods}
    # A category that the terms do not name would hold the order.
    assert sold <= promised | {None}
    assert promised <= sold
    assert title_of(str(store["store_id"])) == store["name"]


def test_a_shop_that_nobody_described_sells_something_too() -> None:
    assert len(shelf_of("brand-new-store").goods) == 6
    assert title_of("brand-new-store") == "Brand New Store"


@pytest.mark.parametrize(
    ("amount_minor", "currency", "written"),
    [(2499000, "RUB", "24 990 ₽"), (6250, "EUR", "62.50 €"), (0, "RUB", "0 ₽")],
)
def test_prices_read_well(amount_minor: int, currency: str, written: str) -> None:
    assert price(amount_minor, currency).replace("\N{NO-BREAK SPACE}", " ") == written
