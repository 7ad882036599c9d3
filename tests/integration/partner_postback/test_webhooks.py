"""A partner that asks for it is told what changes, signed, again and again until it has it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from tests.integration.partner_postback.listening import PartnersServer, answers, partners_server
from tests.integration.partner_postback.partner import Desk, Partner
from tests.integration.partner_postback.telling import deliveries, listen, redeliver, send_all
from tests.integration.partner_postback.test_hold_and_retry import retry

LOCALHOST = "http://127.0.0.1:1/"


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a sender takes whatever waits."""
    return fresh_engine("partner_postback")


@pytest.fixture
def server() -> Iterator[PartnersServer]:
    with partners_server() as running:
        yield running


@pytest.fixture
def partner(desk: Desk) -> Partner:
    return desk.partner()


def test_a_change_is_told_signed_with_the_conversion_as_it_is(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    secret = listen(partner, server.url)["secret"]
    sent = partner.send(partner.report()).json
    assert sent
    send_all(desk)
    [told] = server.bodies()
    assert told["type"] == "conversion.changed"
    read = partner.read(f"/conversions/{sent['conversion_id']}").json
    assert read
    assert told["data"] == {name: read[name] for name in read if name != "messages"}
    with time_machine.travel(desk.clock()):
        assert server.is_signed(secret)
        assert not server.is_signed(partner.secret)
    [kept] = deliveries(partner)
    assert (kept["state"], kept["attempts"], kept["last_status"]) == ("delivered", 1, 204)
    assert kept["delivery_id"] == server.ids()[0]
    assert kept["payload"] == told


def test_what_was_held_is_told_when_it_is_decided(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    listen(partner, server.url, ["receipt.decided"])
    held = partner.send(partner.report()).json
    assert held
    assert held["verdict"] == "held"
    retry(desk)
    assert deliveries(partner) == []
    desk.store()
    retry(desk)
    send_all(desk)
    [told] = server.bodies()
    receipt = partner.read(f"/receipts/{held['receipt_id']}").json
    assert receipt
    said = told["data"]
    assert said["order_id"] == receipt["said"]["order_id"]
    for name in ("receipt_id", "verdict", "code", "conversion_id", "received_at", "transport_id"):
        assert said[name] == receipt[name]


def test_who_did_not_ask_is_told_nothing(desk: Desk, server: PartnersServer) -> None:
    desk.store()
    partner, other = desk.partner(), desk.partner("home-market")
    listen(other, server.url)
    listen(partner, server.url, ["receipt.decided"])
    partner.send(partner.report())
    assert deliveries(partner) == deliveries(other) == []


def test_what_failed_is_tried_again_a_little_later_under_the_same_id(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    listen(partner, server.url)
    server.behaves += [answers(500), answers(503)]
    partner.send(partner.report())
    send_all(desk)
    [kept] = deliveries(partner)
    assert (kept["state"], kept["last_status"]) == ("waiting", 500)
    assert kept["last_error"] == "The server answered 500: what it says \\x00 of it"
    desk.clock.move(timedelta(seconds=3))
    send_all(desk)
    assert len(server.got) == 1
    for pause in (timedelta(seconds=2), timedelta(minutes=5)):
        desk.clock.move(pause)
        send_all(desk)
    [kept] = deliveries(partner)
    assert (kept["state"], kept["attempts"], kept["last_error"]) == ("delivered", 3, None)
    assert server.ids() == [kept["delivery_id"]] * 3
    assert len({body for _, body in server.got}) == 1


def test_after_a_day_it_is_given_up_and_can_be_sent_by_hand(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    listen(partner, LOCALHOST)
    partner.send(partner.report())
    began = desk.clock()
    send_all(desk)
    while (kept := deliveries(partner)[0])["state"] == "waiting":
        desk.clock.now = datetime.fromisoformat(kept["next_at"])
        send_all(desk)
    assert (kept["state"], kept["attempts"], kept["last_status"]) == ("given_up", 8, None)
    assert "refused" in kept["last_error"]
    assert timedelta(hours=18) < desk.clock() - began < timedelta(hours=24)
    listen(partner, server.url)
    assert redeliver(partner, kept["delivery_id"]) == 200
    send_all(desk)
    assert server.ids() == [kept["delivery_id"]]
    assert deliveries(partner, state="delivered")[0]["attempts"] == 1


def test_410_switches_the_webhook_off_until_it_is_set_again(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    listen(partner, server.url)
    server.behaves += [answers(410)]
    for _ in range(2):
        partner.send(partner.report())
    send_all(desk)
    assert len(server.got) == 1
    kept = deliveries(partner)
    assert [one["state"] for one in kept] == ["given_up", "given_up"]
    assert "410 Gone" in kept[0]["last_error"]
    partner.send(partner.report())
    assert len(deliveries(partner)) == 2
    assert redeliver(partner, kept[0]["delivery_id"]) == 409
    shown = partner.read(f"/partners/{partner.partner_id}/webhook").json
    assert shown
    assert shown["disabled_at"] is not None
    assert "secret" not in listen(partner, server.url)
    partner.send(partner.report())
    send_all(desk)
    assert len(server.got) == 2
