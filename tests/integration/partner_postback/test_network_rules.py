"""What networks ask beyond a report: carts, cancellations, uniqueness, checksums, corrections."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.partner_postback import handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.formats import built_in
from services.partner_postback.formats.request import RECORD, RawRequest, Source
from services.partner_postback.partners import Directory
from services.partner_postback.verdicts import Arrival, Outcome
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk
from tests.integration.partner_postback.pushing import Network, speak
from tests.unit.partner_postback.networks.samples import sample

CART = [
    {"position_id": "1", "price": "20000", "quantity": "2"},
    {"position_id": "2", "price": "35000", "quantity": "3"},
    {"position_id": "3", "price": "50000", "quantity": "1"},
]


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of each test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


def retry(desk: Desk) -> None:
    clicks = ClickIds([CLICK_KEY])
    HeldRetry(desk.engine, Directory(desk.engine), clicks, desk.clock, desk.clock()).retry_once()


def paid(desk: Desk) -> dict[str, int]:
    """What stays paid of each line, as it was said last."""
    return {one["data"]["line_id"]: one["data"]["paid_minor"] for one in desk.events()}


def test_the_documented_cart_counts_once_all_its_lines_have_come(desk: Desk) -> None:
    store = speak(desk, "admitad-store")
    click = store.partner.click(hours=1)
    told = [store.told(uid=click, **line) for line in CART]
    assert told == [("held", "cart_incomplete")] * 2 + [("accepted", "recorded")]
    retry(desk)
    assert sum(paid(desk).values()) == 195_000_00
    assert store.told(uid=click, **CART[0])[0] == "duplicate"
    changed = {**CART[0], "price": "1"}
    assert store.told(uid=click, **changed) == ("duplicate", "conversion_exists")
    assert sum(paid(desk).values()) == 195_000_00


def test_a_lead_and_an_order_by_promo_code(desk: Desk) -> None:
    store = speak(desk, "admitad-store")
    absent = ("currency_code", "quantity", "position_id", "position_count", "price")
    lead = {**dict.fromkeys(absent), "payment_type": "lead", "order_id": "L-1"}
    assert store.told(**lead) == ("accepted", "recorded")
    one = {"position_count": "1", "promocode": "SALE10", "uid": None}
    assert store.told(**one) == ("held", "no_click")


def test_a_cancellation_of_rakuten_comes_off_though_it_comes_first(desk: Desk) -> None:
    network = speak(desk, "rakuten")
    click = network.partner.click(hours=1)
    gone = {"u1": click, "etransaction_id": "E-2", "sale_amount": "-15.00", "quantity": "1"}
    assert network.told(**gone) == ("held", "unknown_order")
    assert network.told(u1=click) == ("accepted", "recorded")
    assert network.told(u1=click, sku_number="SKU-2", etransaction_id="E-3")[0] == "accepted"
    desk.clock.move(timedelta(minutes=1))
    retry(desk)
    assert paid(desk) == {"SKU-1": 2_500, "SKU-2": 4_000}


def test_an_event_of_rakuten_is_kept_and_never_counts(desk: Desk) -> None:
    network = speak(desk, "rakuten")
    answer = network.push(is_event="Y")
    assert (answer.status_code, answer.text) == (200, "OK")
    receipt = network.receipt()
    assert (receipt["verdict"], receipt["code"]) == ("refused", "not_commissionable")
    assert desk.count("conversions") == 0


@pytest.mark.parametrize("name", ["affise", "affise-reach"])
def test_affise_counts_one_conversion_a_goal_and_action(desk: Desk, name: str) -> None:
    network = speak(desk, name)
    click, other = (network.partner.click(hours=1) for _ in range(2))
    assert network.told(clickid=click) == ("accepted", "recorded")
    assert network.told(clickid=other) == ("duplicate", "conversion_exists")
    assert network.told(clickid=click, sum="5") == ("duplicate", "conversion_exists")
    assert network.told(clickid=other, goal="2")[0] == "accepted"
    assert network.told(clickid=other, status="1") == ("accepted", "changed")
    assert network.told(clickid=other, status="3", sum=None) == ("accepted", "changed")
    statuses = [one["data"]["status"] for one in desk.events()]
    assert statuses == ["reported", "reported", "approved", "declined"]


def test_affise_without_an_action_id_counts_the_first_of_a_click(desk: Desk) -> None:
    network = speak(desk, "affise")
    click = network.partner.click(hours=1)
    alone = {"clickid": click, "action_id": None}
    assert network.told(**alone) == ("accepted", "recorded")
    assert network.told(**alone, sum="99") == ("duplicate", "conversion_exists")
    assert [one["data"]["paid_minor"] for one in desk.events()] == [1990]


def test_tradedoublers_secret_rotates_with_two_valid(desk: Desk) -> None:
    network = speak(desk, "tradedoubler")
    path = f"/partners/{network.partner.partner_id}/secrets"
    renewed = desk.client.post(path, json={"kind": "checksum"}, headers=CLERK).json
    assert renewed
    newer = Network(desk, network.partner, "tradedoubler", renewed["secret"])
    assert network.push(orderNumber="1").status_code == 200
    assert newer.push(orderNumber="2").status_code == 200
    desk.clock.move(timedelta(hours=25))
    assert network.push(orderNumber="3").status_code == 401
    assert newer.push(orderNumber="4").status_code == 200


def test_tradedoublers_checksum_is_over_the_raw_value(desk: Desk) -> None:
    network = speak(desk, "tradedoubler")
    signed = network.sample(orderValue="599.9")["checksum"]
    assert network.push(orderValue="599.90", checksum=signed).status_code == 401
    assert network.push(orderValue="599.9", checksum=signed).status_code == 200
    receipt = network.receipt()
    assert signed in receipt["request"]["query"]
    bearer = {"Authorization": f"Bearer {network.partner.key}"}
    path = f"/postbacks/{network.partner.partner_id}/tradedoubler"
    assert desk.client.get(path, headers=bearer).status_code == 401


def test_what_is_pulled_meets_what_was_pushed(desk: Desk) -> None:
    network = speak(desk, "awin")
    click = network.partner.click(hours=1)
    sent = network.sample(clickRef=click)
    assert network.told(**sent) == ("accepted", "recorded")
    when = sent["transactionDate"].replace(" ", "T")
    record = {
        "transactionDate": when,
        "clickRefs": {"clickRef": click},
        "saleAmount": {"amount": 30, "currency": "GBP"},
        "amended": True,
    }
    amended = take(network, "awin-transactions", **record)
    assert (amended.verdict, amended.code) == ("accepted", "changed")
    desk.clock.move(timedelta(minutes=5))
    validated = desk.clock().strftime("%Y-%m-%dT%H:%M:%S")
    approval = {**record, "commissionStatus": "approved", "validationDate": validated}
    assert take(network, "awin-transactions", **approval).code == "changed"
    assert take(network, "awin-transactions", **approval).verdict == "duplicate"
    last = desk.events()[-1]["data"]
    assert (last["status"], last["paid_minor"]) == ("approved", 3_000)


def test_corrections_of_cj_come_off_once_each(desk: Desk) -> None:
    network = speak(desk, "affise")
    when = (desk.clock() - timedelta(minutes=1)).isoformat()
    record = {"shopperId": network.partner.click(hours=1), "eventDate": when, "postingDate": when}
    assert take(network, "cj", **record).code == "recorded"
    gone = {
        **record,
        "original": False,
        "commissionId": "C-2",
        "saleAmountUsd": "-7.781",
        "correctionReason": "RETURNED_MERCHANDISE",
    }
    assert take(network, "cj", **gone).code == "changed"
    assert take(network, "cj", **gone).verdict == "duplicate"
    assert take(network, "cj", **gone, actionStatus="locked").verdict == "duplicate"
    assert desk.events()[-1]["data"]["paid_minor"] == 7781 - 778
    assert len(desk.events()) == 2


def take(network: Network, name: str, **changes: Any) -> Outcome:
    """Take a record of a pull in, as the puller does."""
    desk, spoken = network.desk, built_in()[name]
    body = sample(name, **changes).body
    raw = RawRequest(name, RECORD, b"", body, desk.clock(), {}, Source.PULL)
    arrival = Arrival(
        uuid4(), network.partner.partner_id, raw, spoken.read(raw), None, spoken.version
    )
    with desk.engine.begin() as connection:
        (outcome,) = handlers.record(connection, [arrival], ClickIds([CLICK_KEY]), desk.clock)
    return outcome
