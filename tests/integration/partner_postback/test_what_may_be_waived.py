"""What a clerk may let pass, and what to do instead where something is missing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.holds.sentences import WHAT_TO_DO
from services.partner_postback.store.stores import NamedCategories
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.pushing import speak
from tests.integration.partner_postback.queue import (
    decide,
    held,
    sum_of,
    told,
    waiting,
)


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: the queue shows everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def cannot(desk: Desk, receipt_id: str, code: str) -> None:
    [one] = waiting(desk, code=code)
    answer = decide(desk, receipt_id, "release")
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (409, "cannot_release"), code
    assert (one["can_release"], one["what_to_do"]) == (False, WHAT_TO_DO[Hold(code)])
    assert one["what_to_do"] in answer.json["detail"]
    assert decide(desk, receipt_id, "refuse").status_code == 200


def test_what_is_missing_cannot_be_waived(desk: Desk, partner: Partner) -> None:
    """Each of them says what to do instead; any may be refused."""
    report = partner.report()
    partner.send(report)
    dollars = {"amount_minor": 100, "currency": "USD"}
    stranger = desk.number + 1
    for code, body in {
        "unknown_click": partner.report(click_id="cut"),
        "unknown_order": partner.later(partner.report(), "approved"),
        "no_rate": partner.report(amount={"amount_minor": 100, "currency": "XAF"}),
        "other_currency": partner.later(report, "amended", amount=dollars),
        "amount_too_large": partner.report(amount=sum_of(2 * 10**9)),
    }.items():
        cannot(desk, held(partner, body, code), code)
    partner.store_number = stranger
    cannot(desk, held(partner, partner.report(), "unknown_store"), "unknown_store")


def test_an_order_that_names_no_click_waits_with_a_clear_sentence(desk: Desk) -> None:
    """As Admitad reports what was bought with a promo code alone."""
    network = speak(desk, "admitad-store")
    told_ = network.told(position_count="1", promocode="SALE10", uid=None)
    assert told_ == ("held", "no_click")
    [one] = waiting(desk)
    assert (one["order_id"], one["store_id"], one["amount"]["currency"]) == ("123456", None, "USD")
    assert one["detail"] == "The order names no click: a clerk must see whose it is."
    assert "names its click" in one["waits_for"]
    cannot(desk, one["receipt_id"], "no_click")


def released(desk: Desk, receipt_id: str) -> str:
    answer = decide(desk, receipt_id, "release").json
    assert answer
    return str(answer["code"])


def test_what_may_be_waived_counts_once_it_is_released(desk: Desk, partner: Partner) -> None:
    """INVARIANT: a release waives exactly its code, and the message counts as it says."""
    now = desk.clock()
    early = partner.report(click_id=partner.click(minutes=-30))
    assert released(desk, held(partner, early, "order_before_click")) == "recorded"
    desk.store(status="paused")
    assert released(desk, held(partner, partner.report(), "store_paused")) == "recorded"
    desk.store(terms=[NamedCategories(now - timedelta(days=30), None, ["books"])])
    phones = partner.report(category="phones")
    assert released(desk, held(partner, phones, "unknown_category")) == "recorded"
    assert desk.events()[-1]["data"]["category"] == "phones"
    cart = partner.report(lines=2)
    assert released(desk, held(partner, cart, "cart_incomplete")) == "recorded"
    clicked_elsewhere = partner.later(cart, "approved", click_id=partner.click(hours=2))
    assert released(desk, held(partner, clicked_elsewhere, "other_click")) == "changed"
    assert desk.events()[-1]["data"]["click_id"] == cart["click_id"]
    desk.store("home-market")
    foreign = partner.report()
    assert released(desk, held(partner, foreign, "click_of_other_store")) == "recorded"


def test_an_approval_of_several_lines_may_count_without_its_amount(
    desk: Desk, partner: Partner
) -> None:
    first = partner.report(amount=sum_of(400))
    for line in (first, {**first, "line_id": "2", "amount": sum_of(1_050)}):
        partner.send(line)
    code = "amount_of_several_lines"
    approved = {**partner.later(first, "approved", amount=sum_of(1_400)), "line_id": ""}
    assert released(desk, held(partner, approved, code)) == "changed"
    last = {one["data"]["line_id"]: one["data"] for one in desk.events()}
    assert {(one["status"], one["paid_minor"]) for one in last.values()} == {
        ("approved", 40_000),
        ("approved", 105_000),
    }
    desk.clock.move(timedelta(minutes=1))
    back = {**partner.later(first, "returned", amount=sum_of(300)), "line_id": ""}
    cannot(desk, held(partner, back, code), code)
    assert told(partner, approved) == ("duplicate", "known_message")


def test_a_partner_that_listens_is_told_of_a_clerks_decision(desk: Desk, partner: Partner) -> None:
    hook = {"url": "https://partner.example/", "events": ["receipt.decided"]}
    path = f"/partners/{partner.partner_id}/webhook"
    assert desk.client.put(path, json=hook, headers=CLERK).status_code in (200, 201)
    desk.store(status="paused")
    for how in ("release", "refuse"):
        decide(desk, held(partner, partner.report(), "store_paused"), how)
    with desk.engine.connect() as connection:
        query = "SELECT payload FROM webhook_deliveries ORDER BY delivery_number"
        told_ = [row["data"] for row in connection.scalars(text(query))]
    assert [(one["verdict"], one["code"]) for one in told_] == [
        ("accepted", "recorded"),
        ("refused", "refused_by_clerk"),
    ]
