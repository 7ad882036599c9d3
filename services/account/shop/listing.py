"""Finding, sorting and paging of stores: pure functions of the stock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from services.account.shop.stock import Soon, Stock, Store

STORES_A_PAGE = 24
_SPOTLIGHTS = 3
_PLAINER = str.maketrans({"\N{CYRILLIC SMALL LETTER IO}": "\N{CYRILLIC SMALL LETTER IE}"})


class Sort(StrEnum):
    """In which order stores are shown."""

    RATE = "rate"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Search:
    """What a visitor asks for; empty means everything."""

    words: str = ""
    group: str = ""
    subgroup: str = ""
    sort: Sort = Sort.RATE
    favourites: bool = False

    def link(self, **changes: Any) -> str:
        """Answer the address of this search with some things changed; its page is the first."""
        page = changes.pop("page", 1)
        other = replace(self, **changes)
        said = {
            "q": other.words,
            "favourites": "1" if other.favourites else "",
            "group": other.group,
            "subgroup": other.subgroup,
            "sort": "" if other.sort == Sort.RATE else other.sort,
            "page": page if page > 1 else "",
        }
        wanted = {name: value for name, value in said.items() if value}
        return "/?" + urlencode(wanted) if wanted else "/"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a search found: the stores of all groups, those of the wanted one, and one page."""

    everywhere: tuple[Store, ...]
    found: tuple[Store, ...]
    page: int
    pages: int

    @property
    def stores(self) -> tuple[Store, ...]:
        """Answer the stores of the page."""
        start = (self.page - 1) * STORES_A_PAGE
        return self.found[start : start + STORES_A_PAGE]


def shelf(
    stock: Stock, search: Search, favourites: Collection[str] = frozenset(), page: int = 1
) -> Shelf | None:
    """Answer what a search finds; None where there is no such group, sub-group or page."""
    group = stock.group(search.group)
    shelves = {one.subgroup_id for one in group.subgroups} if group else set()
    if (search.group and not group) or (search.subgroup and search.subgroup not in shelves):
        return None
    everywhere = tuple(
        one
        for one in find(stock, search.words, search.sort)
        if not search.favourites or one.store_id in favourites
    )
    found = tuple(
        one
        for one in everywhere
        if search.group in {"", one.group} and search.subgroup in {"", one.subgroup}
    )
    pages = max(1, -(-len(found) // STORES_A_PAGE))
    return Shelf(everywhere, found, page, pages) if 1 <= page <= pages else None


def find(stock: Stock, words: str, sort: Sort) -> list[Store]:
    """Answer the stores that every word fits, in order; by rate, paused ones come last."""
    wanted = plain(words).split()
    fitting = [
        one
        for one in stock.stores.values()
        if all(word in stock.words[one.store_id] for word in wanted)
    ]
    if sort is Sort.NAME:
        return sorted(fitting, key=_by_name)
    return sorted(fitting, key=lambda one: (one.is_paused, -one.weight, *_by_name(one)))


def counts(stores: Sequence[Store]) -> dict[str, int]:
    """Count stores by group, and by group and sub-group (`travel/hotels`)."""
    counted: dict[str, int] = {}
    for one in stores:
        for place in (one.group, f"{one.group}/{one.subgroup}"):
            counted[place] = counted.get(place, 0) + 1
    return counted


def campaign(stores: Sequence[Store]) -> tuple[Soon, int] | None:
    """Answer the nearest promotion that is still to begin, and how many stores take part."""
    coming = [promotion for one in stores for promotion in one.soon]
    if not coming:
        return None
    first = min(coming, key=lambda one: (one.valid_from, one.name))
    same = [one for one in coming if (one.name, one.valid_from) == (first.name, first.valid_from)]
    return first, len(same)


def spotlight(stores: Sequence[Store]) -> list[Store]:
    """Answer the best of the stores whose rates are raised now."""
    running = [one for one in stores if one.promotions and not one.is_paused]
    return sorted(running, key=lambda one: -one.weight)[:_SPOTLIGHTS]


def plain(words: str) -> str:
    """Fold words for comparing: case, and the dots that hurried people leave off ё."""
    return " ".join(words.casefold().translate(_PLAINER).split())


def _by_name(one: Store) -> tuple[str, str]:
    return plain(one.name), one.store_id
