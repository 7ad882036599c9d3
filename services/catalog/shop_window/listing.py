"""Finding and sorting stores, and what each pays at one moment: pure functions of a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.catalog.domain import Promotion, Status, Store, in_force
from services.catalog.rates import Best, Rate, best, headline, weight
from services.catalog.shop_window.catalogue import SOON, Catalogue, Listed, plain

SortKey = tuple[bool | int | str, ...]


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


@dataclass(frozen=True, slots=True)
class Offer:
    """A store at one moment: its rates, its running promotions, and those that begin soon."""

    store: Store
    rates: tuple[Rate, ...]
    usual: dict[str | None, Rate]
    """The base rates of the goods that a promotion raises now."""
    promotions: tuple[Promotion, ...]
    soon: tuple[tuple[Promotion, tuple[Rate, ...]], ...]

    @property
    def headline(self) -> str:
        """Answer the cashback in two words."""
        return headline(self.rates)

    @property
    def best(self) -> Best | None:
        """Answer the best rate."""
        return best(self.rates)

    @property
    def weight(self) -> int:
        """Answer what stores are sorted by."""
        return weight(self.rates)

    @property
    def is_paused(self) -> bool:
        """Answer whether the store's button is off."""
        return self.store.status is Status.PAUSED


def offer(listed: Listed, moment: datetime) -> Offer:
    """Answer what a store pays at a moment."""
    store = listed.kept.store
    rates = _rates(listed, moment)
    promotions = sorted(in_force(store.promotions, moment), key=lambda one: one.valid_to)
    soon = [one for one in store.promotions if moment < one.valid_from <= moment + SOON]
    return Offer(
        store=store,
        rates=rates,
        usual=_raised_from(store, rates, moment),
        promotions=tuple(promotions),
        soon=tuple((one, _rates(listed, one.valid_from)) for one in soon),
    )


def find(catalogue: Catalogue, search: Search, moment: datetime) -> list[Offer]:
    """Answer the offers of the stores that fit, in order; paused ones last, all words must fit."""
    words = plain(search.words).split()
    fitting = [
        offer(listed, moment)
        for listed in catalogue.stores.values()
        if is_on_shelf(listed.kept.store, search) and all(word in listed.words for word in words)
    ]
    return sorted(fitting, key=lambda one: sort_key(one, search.sort))


def sort_key(one: Offer, sort: Sort) -> SortKey:
    """Answer a key that no two stores share: pages are cut after it."""
    name = (plain(one.store.name), one.store.store_id)
    return name if sort is Sort.NAME else (one.is_paused, -one.weight, *name)


def after(offers: Sequence[Offer], last: Offer, sort: Sort) -> list[Offer]:
    """Answer the offers behind one in the order, also when a filter no longer shows that one."""
    key = sort_key(last, sort)
    return [one for one in offers if sort_key(one, sort) > key]


def counts(offers: Sequence[Offer]) -> dict[str, int]:
    """Count stores by group, and by group and sub-group (`travel/hotels`)."""
    found: dict[str, int] = {}
    for one in offers:
        for shelf in (one.store.group, f"{one.store.group}/{one.store.subgroup}"):
            found[shelf] = found.get(shelf, 0) + 1
    return found


def is_on_shelf(store: Store, search: Search) -> bool:
    """Answer whether a store stands in the group and sub-group that are asked for."""
    return search.group in {"", store.group} and search.subgroup in {"", store.subgroup}


def _raised_from(store: Store, rates: Sequence[Rate], moment: datetime) -> dict[str | None, Rate]:
    base = {rate.category: rate for terms in in_force(store.terms, moment) for rate in terms.rates}
    usual = {rate.category: base.get(rate.category) or base.get(None) for rate in rates}
    return {
        rate.category: was
        for rate in rates
        if (was := usual[rate.category]) is not None and str(was) != str(rate)
    }


def _rates(listed: Listed, moment: datetime) -> tuple[Rate, ...]:
    now = in_force(listed.timeline, moment)
    return now[0].rates if now else ()
