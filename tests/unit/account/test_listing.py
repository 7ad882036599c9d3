"""Visitors find stores by name, browse them by shelf, sort them by rate or name, page by page."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from services.account.shop import listing
from services.account.shop.listing import STORES_A_PAGE, Search, Sort
from services.account.shop.stock import Promotion, Soon, Store
from tests.unit.account.stores import FIRST, make_stock, make_store


def found(search: Search, *stores: Store, favourites: Collection[str] = ()) -> list[str]:
    shelf = listing.shelf(make_stock(*stores), search, favourites)
    assert shelf
    return [one.store_id for one in shelf.found]


def test_the_best_rate_stands_first_and_a_paused_store_last() -> None:
    stores = [
        make_store("low", weight=100),
        make_store("paused", weight=900, status="paused"),
        make_store("high", weight=800),
    ]
    assert found(Search(), *stores) == ["high", "low", "paused"]


def test_by_name_capitals_do_not_matter() -> None:
    stores = [make_store("z", name="zebra"), make_store("a", name="Apple"), make_store("b")]
    assert found(Search(sort=Sort.NAME), *stores) == ["a", "b", "z"]


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("ket", True),
        ("  KETTLE  co ", True),
        ("чай", True),
        ("ёлка", True),
        ("елка", True),
        ("kettle spoon", False),
        ("%", False),
    ],
)
def test_all_words_must_fit_the_name_or_a_keyword(words: str, *, fits: bool) -> None:
    store = make_store("kettle", name="Kettle & Co", keywords=("чайник", "Ёлка"))
    assert found(Search(words), store) == (["kettle"] if fits else [])


def test_a_shelf_shows_its_own_stores_and_counts_those_of_all() -> None:
    stores = [
        make_store("inn", group="travel", subgroup="hotels"),
        make_store("jet", group="travel", subgroup="flights"),
        make_store("cat"),
    ]
    assert found(Search(group="travel"), *stores) == ["inn", "jet"]
    assert found(Search(group="travel", subgroup="flights"), *stores) == ["jet"]
    assert listing.counts(stores)["travel"] == 2
    assert listing.counts(stores)["travel/hotels"] == 1


@pytest.mark.parametrize(
    "search", [Search(group="sea"), Search(subgroup="hotels"), Search(group="travel", subgroup="x")]
)
def test_there_is_no_shelf_that_the_catalog_has_not(search: Search) -> None:
    assert listing.shelf(make_stock(make_store("cat")), search) is None


def test_favourites_are_searched_as_the_whole_is() -> None:
    stores = [make_store("cat"), make_store("dog"), make_store("cow")]
    search = Search(favourites=True)
    assert found(search, *stores, favourites=["dog", "cow", "gone"]) == ["cow", "dog"]
    assert found(Search("do", favourites=True), *stores, favourites=["dog", "cow"]) == ["dog"]


def test_pages_hold_every_store_once() -> None:
    stock = make_stock(*(make_store(f"s{number}") for number in range(2 * STORES_A_PAGE + 1)))
    shelves = [listing.shelf(stock, Search(), page=page) for page in (1, 2, 3)]
    seen = [one.store_id for shelf in shelves if shelf for one in shelf.stores]
    assert len(seen) == len(set(seen)) == 2 * STORES_A_PAGE + 1
    assert listing.shelf(stock, Search(), page=4) is None
    assert listing.shelf(stock, Search(), page=0) is None
    assert listing.shelf(make_stock(), Search(), page=1) is not None


def test_a_link_says_what_differs_and_starts_at_the_first_page() -> None:
    search = Search("a&b", group="travel", sort=Sort.NAME)
    assert search.link(page=2) == "/?q=a%26b&group=travel&sort=name&page=2"
    assert search.link(sort=Sort.RATE, words="") == "/?group=travel"
    assert Search(favourites=True).link(favourites=False) == "/"


def test_the_nearest_promotion_is_announced_with_its_stores() -> None:
    def coming(name: str, days: int) -> Soon:
        start = FIRST + timedelta(days=days)
        return Soon(name, start, start + timedelta(days=3))

    stores = [
        make_store("a", soon=(coming("Late", 9), coming("Sale", 2))),
        make_store("b", soon=(coming("Sale", 2),)),
    ]
    told = listing.campaign(stores)
    assert told
    assert (told[0].name, told[1]) == ("Sale", 2)
    assert listing.campaign([make_store("c")]) is None


def test_the_spotlight_is_on_the_best_of_those_that_are_raised_now() -> None:
    sale = (Promotion("Sale", FIRST, FIRST + timedelta(days=3)),)
    stores = [
        *(make_store(f"s{points}", weight=points, promotions=sale) for points in (1, 4, 2, 3)),
        make_store("usual", weight=9),
        make_store("paused", weight=9, promotions=sale, status="paused"),
    ]
    assert [one.store_id for one in listing.spotlight(stores)] == ["s4", "s3", "s2"]


def test_a_promotion_that_ends_at_midnight_ends_the_day_before() -> None:
    midnight = FIRST + timedelta(days=3)
    assert Promotion("Sale", FIRST, midnight).last_moment < midnight
