"""Partners set where they are told, rotate its secret, look at what was sent, and end it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from tests.integration.partner_postback.listening import PartnersServer, partners_server
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.telling import ALL, deliveries, listen, send_all


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


def test_a_removed_webhook_is_told_nothing_more(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    listen(partner, server.url)
    partner.send(partner.report())
    path = f"/partners/{partner.partner_id}/webhook"
    assert [desk.client.delete(path, headers=CLERK).status_code for _ in range(2)] == [204, 404]
    partner.send(partner.report())
    send_all(desk)
    assert server.got == []
    assert [one["state"] for one in deliveries(partner)] == ["given_up"]


def test_while_secrets_rotate_both_sign(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    first = listen(partner, server.url)["secret"]
    path = f"/partners/{partner.partner_id}/secrets"
    answer = desk.client.post(path, json={"kind": "webhook"}, headers=CLERK)
    assert answer.json
    second = answer.json["secret"]
    for hours, genuine in ((0, [True, True]), (24, [False, True])):
        desk.clock.move(timedelta(hours=hours))
        partner.send(partner.report())
        send_all(desk)
        with time_machine.travel(desk.clock()):
            assert [server.is_signed(one) for one in (first, second)] == genuine


def test_deliveries_are_paged_newest_first_and_filtered(
    desk: Desk, partner: Partner, server: PartnersServer
) -> None:
    desk.store()
    listen(partner, server.url)
    for _ in range(3):
        partner.send(partner.report())
    page = partner.read("/webhooks/deliveries", limit=2).json
    assert page
    rest = partner.read("/webhooks/deliveries", limit=2, after=page["next"]).json
    assert rest
    ids = [one["delivery_id"] for one in page["data"] + rest["data"]]
    assert len(set(ids)) == 3
    assert rest["next"] is None
    assert deliveries(partner, state="delivered") == []
    assert deliveries(partner, type="receipt.decided") == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"url": "ftp://partner.example/", "events": ALL}, "url"),
        ({"url": "https://clerk:key@partner.example/", "events": ALL}, "url"),
        ({"url": "https://partner.example:0/", "events": ALL}, "url"),
        ({"url": "https://partner.example:99999/", "events": ALL}, "url"),
        ({"url": "https://[::1", "events": ALL}, "url"),
        ({"url": "https:///told", "events": ALL}, "url"),
        ({"url": "https://partner.example/a b", "events": ALL}, "url"),
        ({"url": "https://partner.example/\r\nHost:x", "events": ALL}, "url"),
        ({"url": "https://пример.example/", "events": ALL}, "url"),
        ({"url": "https://partner.example/", "events": []}, "events"),
        ({"url": "https://partner.example/", "events": ["all"]}, "events.0"),
        ({"events": ALL}, "url"),
    ],
)
def test_a_wrong_webhook_names_its_field(
    partner: Partner, sent: dict[str, object], field: str
) -> None:
    path = f"/partners/{partner.partner_id}/webhook"
    answer = partner.client.put(path, json=sent, headers=CLERK)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == field
