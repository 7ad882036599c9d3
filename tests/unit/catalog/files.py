"""Catalog files as an operator might write them, and reading them."""

from textwrap import dedent, indent

from services.catalog.files import catalog_file
from services.catalog.files.catalog_file import CatalogFile
from services.catalog.files.located import UnusableFile

PLACES = {"partner_shop": "http://shop.test:8112"}

GROUPS = """\
groups:
  - group_id: retail
    name: Retail
    tagline: Shops around the corner
    subgroups:
      - {subgroup_id: groceries, name: Groceries}
"""

STORE = """\
  - store_id: corner
    name: Corner Shop
    partner_id: home-market
    group: retail
    subgroup: groceries
    description: Open until midnight.
    conditions: Tobacco is excluded.
    tracking_url: "{partner_shop}/shop/corner?subid={click_id}"
    confirmation_days: 30
    terms:
      - valid_from: 2026-01-01
        rates: {others: 2%}
"""


def yaml_file(*stores: str, groups: str = GROUPS) -> str:
    """Write a file of these stores, by default of one right one."""
    return f"{groups}stores:\n{''.join(stores or (STORE,))}"


def changed(old: str, new: str, store: str = STORE) -> str:
    """Change one thing of the right store, or of another."""
    assert old in store
    return store.replace(old, new)


def with_promotion(lines: str) -> str:
    """Add a promotion to the right store."""
    return STORE + "    promotions:\n      - " + indent(dedent(lines), " " * 8).strip() + "\n"


def read(text: str | bytes, media_type: str = "application/yaml") -> CatalogFile:
    """Read a file."""
    raw = text if isinstance(text, bytes) else text.encode()
    return catalog_file.read(raw, media_type, PLACES)


def problems(text: str | bytes, media_type: str = "application/yaml") -> list[str]:
    """Read a file that cannot be used, and answer what is said of it."""
    try:
        read(text, media_type)
    except UnusableFile as refusal:
        return [str(one) for one in refusal.problems]
    return []
