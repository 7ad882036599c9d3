"""Visitors find stores by name, browse them by shelf and sort them by rate or name."""

from datetime import timedelta

from services.catalog.domain import Promotion, Status, Terms
from services.catalog.rates import flat, percent
from services.catalog.shop_window import listing
from services.catalog.shop_window.catalogue import Catalogue, Listed, moments
from services.catalog.shop_window.listing import Search, Sort
from tests.unit.catalog.builders import FIRST_DAY, make_catalogue, make_listed

NOW = FIRST_DAY + timedelta(days=100)


def paying(store_id: str, points: int, **changes: object) -> Listed:
    terms = (Terms(FIRST_DAY, None, (percent(None, points),)),)
    return make_listed(store_id=store_id, name=store_id.title(), terms=terms, **changes)


def found(search: Search, *stores: Listed) -> list[str]:
    offers = listing.find(make_catalogue(*stores), search, NOW)
    return [one.store.store_id for one in offers]


def test_the_best_rate_stands_first_and_a_paused_store_last() -> None:
    stores = [
        paying("low", 100),
        paying("paused", 900, status=Status.PAUSED),
        paying("high", 800),
        make_listed(store_id="flat", terms=(Terms(FIRST_DAY, None, (flat(None, 100),)),)),
    ]
    assert found(Search(), *stores) == ["high", "flat", "low", "paused"]


def test_by_name_capitals_do_not_matter() -> None:
    stores = [paying("zebra", 900), paying("apple", 100), paying("bear", 500)]
    assert found(Search(sort=Sort.NAME), *stores) == ["apple", "bear", "zebra"]


def test_all_words_must_fit_the_name_or_a_keyword() -> None:
    shop = make_listed(store_id="crossing", name="Crossing Market", keywords=("Перекрёсток",))
    other = make_listed(store_id="other", name="Night Market")
    assert found(Search(words="MARKET cross"), shop, other) == ["crossing"]
    assert found(Search(words="перекресток"), shop, other) == ["crossing"]
    assert found(Search(words="'; DROP TABLE stores; --"), shop, other) == []


def test_a_shelf_shows_its_own() -> None:
    stores = [paying("a", 100, group="travel", subgroup="hotels"), paying("b", 100)]
    assert found(Search(group="travel"), *stores) == ["a"]
    assert found(Search(group="travel", subgroup="flights"), *stores) == []


def test_pages_meet_without_gap_or_repeat() -> None:
    """INVARIANT: equal rates are common; a page cut among them loses or repeats none."""
    catalogue = make_catalogue(*(paying(f"store-{n}", 100 * (n % 3 + 1)) for n in range(20)))
    offers = listing.find(catalogue, Search(), NOW)
    walked = []
    rest = offers
    while rest:
        walked += rest[:3]
        rest = listing.after(offers, walked[-1], Sort.RATE)
    assert walked == offers


def test_an_offer_tells_running_and_coming_promotions() -> None:
    running = Promotion("Now", NOW, NOW + timedelta(days=5), (percent(None, 900),))
    coming = Promotion(
        "Soon", NOW + timedelta(days=9), NOW + timedelta(days=12), (percent(None, 1200),)
    )
    far = Promotion(
        "Far", NOW + timedelta(days=40), NOW + timedelta(days=50), (percent(None, 1500),)
    )
    listed = make_listed(promotions=(running, coming, far))
    one = listing.offer(listed, NOW)
    assert one.headline == "9 %"
    assert one.promotions == (running,)
    assert one.soon == ((coming, (percent(None, 1200),)),)


def test_a_store_between_terms_pays_nothing_and_says_so() -> None:
    terms = (Terms(FIRST_DAY, FIRST_DAY + timedelta(days=1), (percent(None, 100),)),)
    assert listing.offer(make_listed(terms=terms), NOW).headline == "no cashback"


def test_the_version_changes_whenever_what_is_told_does() -> None:
    """INVARIANT: a window that keeps what it was told under a version never shows it too long."""
    starts, ends = NOW + timedelta(days=40), NOW + timedelta(days=50)
    sale = Promotion("Sale", starts, ends, (percent(None, 1200),))
    terms = (
        Terms(FIRST_DAY, NOW + timedelta(days=60), (percent(None, 700),)),
        Terms(NOW + timedelta(days=60), None, (percent(None, 800),)),
    )
    one = make_listed(terms=terms, promotions=(sale,))
    catalogue = Catalogue(1, (), {"kettle": one}, moments([one]))
    told: dict[str, object] = {}
    for hours in range(0, 24 * 70, 12):
        moment = NOW + timedelta(hours=hours)
        offer = listing.offer(one, moment)
        assert told.setdefault(catalogue.version(moment), offer) == offer
    assert len(told) == 5
