"""What a store is like holds an order: paused, of goods it does not name, above its cap."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from services.partner_postback.store.stores import NamedCategories
from tests.integration.partner_postback.partner import Desk, Partner
from tests.integration.partner_postback.queue import held, retry, sum_of, told, verdict
from tests.support.clock import SteppedClock


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def named(clock: SteppedClock, *categories: str, days_ago: int = 30) -> NamedCategories:
    return NamedCategories(clock() - timedelta(days=days_ago), None, categories)


def test_an_order_of_a_paused_store_waits_until_it_is_open_again(
    desk: Desk, partner: Partner
) -> None:
    desk.store(status="paused")
    receipt_id = held(partner, partner.report(), "store_paused")
    retry(desk)  # the store's last change is past then
    assert retry(desk) == 0
    assert verdict(partner, receipt_id)[0] == "held"
    desk.store(status="active")
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_what_is_recorded_goes_on_while_its_store_is_paused(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    assert told(partner, report) == ("accepted", "recorded")
    desk.store(status="paused")
    assert told(partner, partner.later(report, "approved")) == ("accepted", "changed")


def test_goods_that_the_terms_at_the_click_do_not_name_wait_for_the_store(
    desk: Desk, partner: Partner
) -> None:
    desk.store(terms=[named(desk.clock, "books")])
    assert told(partner, partner.report(category="books")) == ("accepted", "recorded")
    assert told(partner, partner.report(category=None)) == ("accepted", "recorded")
    receipt_id = held(partner, partner.report(category="phones"), "unknown_category")
    retry(desk)  # the store's last change is past then
    assert retry(desk) == 0
    assert verdict(partner, receipt_id)[0] == "held"
    desk.store(terms=[named(desk.clock, "books", "phones")])
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")
    assert desk.events()[-1]["data"]["category"] == "phones"


def test_the_terms_at_the_click_count_and_no_others(desk: Desk, partner: Partner) -> None:
    now = desk.clock()
    then = NamedCategories(
        now - timedelta(days=30), now - timedelta(days=1), ["books", "gift cards"]
    )
    desk.store(terms=[then, NamedCategories(now - timedelta(days=1), None, ["phones"])])
    for category, days, verdict_ in (("books", 2, "accepted"), ("phones", 2, "held")):
        report = partner.report(category=category, click_id=partner.click(days=days))
        assert told(partner, report)[0] == verdict_
    for category, verdict_ in (("books", "held"), ("phones", "accepted")):
        assert told(partner, partner.report(category=category))[0] == verdict_


def test_a_store_that_names_no_goods_pays_all_alike(desk: Desk, partner: Partner) -> None:
    desk.store(terms=[named(desk.clock)])
    assert told(partner, partner.report(category="phones")) == ("accepted", "recorded")


def test_an_order_above_the_cap_waits_for_a_higher_one(desk: Desk, partner: Partner) -> None:
    desk.store(order_cap_rubles=1_000)
    assert told(partner, partner.report(amount=sum_of(1_000))) == ("accepted", "recorded")
    receipt_id = held(partner, partner.report(amount=sum_of(1_001)), "over_cap")
    retry(desk)  # the store's last change is past then
    assert retry(desk) == 0
    assert verdict(partner, receipt_id)[0] == "held"
    desk.store(order_cap_rubles=1_001)
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_the_line_that_crosses_the_cap_waits_and_comes_when_another_falls(
    desk: Desk, partner: Partner
) -> None:
    """The cap is of the order: all its lines so far count, whatever request they came with."""
    desk.store(order_cap_rubles=1_000)
    first = partner.report(amount=sum_of(600))
    second = {**first, "line_id": "2", "amount": sum_of(400)}
    third = {**first, "line_id": "3", "amount": sum_of(1)}
    assert told(partner, first) == told(partner, second) == ("accepted", "recorded")
    receipt_id = held(partner, third, "over_cap")
    back = partner.later(first, "returned", amount=sum_of(100))
    assert told(partner, back) == ("accepted", "changed")
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_an_amendment_over_the_cap_waits_and_one_below_never_does(
    desk: Desk, partner: Partner
) -> None:
    desk.store(order_cap_rubles=1_000)
    report = partner.report(amount=sum_of(900))
    partner.send(report)
    for status in ("amended", "approved"):
        later = partner.later(report, status, amount=sum_of(1_100))
        held(partner, later, "over_cap")
    assert told(partner, partner.later(report, "approved")) == ("accepted", "changed")
    desk.store(order_cap_rubles=500)
    desk.clock.move(timedelta(minutes=1))
    # The order is above the cap now; what lowers it is no matter of the cap.
    lower = partner.later(report, "amended", amount=sum_of(800))
    assert told(partner, lower) == ("accepted", "changed")


def test_an_amendment_that_another_one_outdoes_is_not_held(desk: Desk, partner: Partner) -> None:
    """INVARIANT: what it would lead to decides, not what it names, so that no order matters."""
    desk.store(order_cap_rubles=1_000)
    report = partner.report(amount=sum_of(900))
    partner.send(report)
    early = partner.later(report, "amended", amount=sum_of(5_000))
    desk.clock.move(timedelta(minutes=1))
    late = partner.later(report, "amended", amount=sum_of(800))
    receipt_id = held(partner, early, "over_cap")
    assert told(partner, late) == ("accepted", "changed")
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "unchanged")
    assert desk.events()[-1]["data"]["paid_minor"] == 80_000


def test_the_cap_is_in_rubles_whatever_the_currency(desk: Desk, partner: Partner) -> None:
    desk.rate("USD", 100_000_000)
    desk.store(order_cap_rubles=1_000)
    dollars = [{"amount_minor": minor, "currency": "USD"} for minor in (1_000, 1_001)]
    assert told(partner, partner.report(amount=dollars[0])) == ("accepted", "recorded")
    assert told(partner, partner.report(amount=dollars[1])) == ("held", "over_cap")


def test_lines_of_one_batch_count_towards_their_cap_together(desk: Desk, partner: Partner) -> None:
    desk.store(order_cap_rubles=1_000)
    first = partner.report(amount=sum_of(600), lines=2)
    held(partner, first, "cart_incomplete")
    second = {**first, "line_id": "2", "amount": sum_of(600)}
    assert told(partner, second) == ("accepted", "recorded")
    assert retry(desk) >= 1
    assert desk.count("held", "code = 'over_cap'") == 1
