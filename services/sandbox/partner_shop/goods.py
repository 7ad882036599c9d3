"""What each shop has on its shelves: read from goods.yaml, the same at every start."""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.sandbox.partner_shop.orders import Good
from shared.money import minor_units, parse_money

_FILE = Path(__file__).with_name("goods.yaml")
TONES = 8
_MOST_GOODS = 6


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a shop shows: its goods with a line about each, and how it looks."""

    icon: str
    tone: int
    goods: tuple[Good, ...]
    notes: tuple[str, ...]


@cache
def shelf_of(store_id: str) -> Shelf:
    """Answer the shelf of a store; one that the file does not name gets a shelf by its name."""
    document = _read()
    draw = zlib.crc32(store_id.encode())
    shelves = document["shelves"]
    store = document["stores"].get(store_id, {"shelf": sorted(shelves)[draw % len(shelves)]})
    found = shelves[store["shelf"]]
    also = [
        {"title": title, "price": price, "category": category, "note": "A rate of its own"}
        for title, price, category in store.get("also", [])
    ]
    listed = found["goods"][: _MOST_GOODS - len(also)] + also
    # A shop reports the categories that the programme's terms name, and no others of its own.
    agreed = {*store.get("agreed", []), *(one["category"] for one in also)}
    goods = tuple(_good(one, found["currency"], agreed) for one in listed)
    return Shelf(found["icon"], draw % TONES, goods, tuple(one["note"] for one in listed))


def title_of(store_id: str) -> str:
    """Answer a store's name over its door."""
    store = _read()["stores"].get(store_id)
    return str(store["name"]) if store else store_id.replace("-", " ").title()


def price(amount_minor: int, currency: str) -> str:
    """Write a price as people read it: `24 990 ₽`, `62.50 €`."""
    unit = 10 ** minor_units(currency)
    whole = f"{amount_minor // unit:,}".replace(",", "\N{NO-BREAK SPACE}")
    rest = f".{amount_minor % unit:02d}" if amount_minor % unit else ""
    sign = {"RUB": "₽", "EUR": "€", "USD": "$"}.get(currency, currency)
    return f"{whole}{rest}\N{NO-BREAK SPACE}{sign}"


def _good(one: Mapping[str, str], currency: str, agreed: Collection[str]) -> Good:
    category = one["category"] if one["category"] in agreed else None
    return Good(one["title"], category, parse_money(one["price"], currency).amount_minor, currency)


@cache
def _read() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    return document
