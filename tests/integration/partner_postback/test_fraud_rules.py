"""Rules against fraud are data: they hold what they suspect, name themselves, and let go again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from services.partner_postback.fraud.shipped import shipped_rules
from services.partner_postback.store.holds import rules
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk, Partner, make_click
from tests.integration.partner_postback.queue import decide, held, retry, told, verdict, waiting


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a rule looks at everybody's reports."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner(ip_allow_list=["127.0.0.0/8", "192.0.2.0/24"])


def rule(desk: Desk, kind: str, name: str = "a-rule", **said: Any) -> None:
    more = {name: said.pop(name) for name in ("is_on", "valid_from", "valid_until") if name in said}
    sent = {"kind": kind, "settings": said, **more}
    answer = desk.client.put(f"/fraud-rules/{name}", json=sent, headers=CLERK)
    assert answer.status_code == 200, answer.json


def by(desk: Desk, partner: Partner, member: UUID, **changes: Any) -> dict[str, Any]:
    at = desk.clock() - timedelta(hours=1)
    click = make_click(at, store=partner.store_number, member=member)
    return partner.report(click_id=click, **changes)


def test_what_a_rule_holds_names_it_and_is_never_refused(desk: Desk, partner: Partner) -> None:
    rule(desk, "ip_list", "listed", ranges=["198.51.100.0/24"])
    receipt_id = held(partner, partner.report(buyer_address="198.51.100.9"), "suspected_fraud")
    receipt = partner.read(f"/receipts/{receipt_id}").json
    assert receipt
    assert receipt["rule"] == "listed"
    assert "listed: The buyer's address is on the list: 198.51.100.0/24." in receipt["detail"]
    [one] = waiting(desk, code="suspected_fraud")
    assert (one["rule"], one["can_release"]) == ("listed", True)
    assert told(partner, partner.report(buyer_address="203.0.113.1"))[0] == "accepted"
    assert decide(desk, receipt_id, "release").json["code"] == "recorded"  # type: ignore[index]
    receipt = partner.read(f"/receipts/{receipt_id}").json
    assert receipt
    assert (receipt["rule"], receipt["decisions"][0]["rule"]) == (None, "listed")


def test_two_clicks_for_one_order(desk: Desk, partner: Partner) -> None:
    rule(desk, "same_order_two_clicks")
    first = partner.report()
    assert told(partner, first) == ("accepted", "recorded")
    assert told(partner, {**first, "line_id": "2"}) == ("accepted", "recorded")
    third = {**first, "line_id": "3", "click_id": partner.click(hours=2)}
    assert told(partner, third) == ("held", "suspected_fraud")


def test_an_order_too_soon_after_its_click(desk: Desk, partner: Partner) -> None:
    rule(desk, "click_to_order_too_short", seconds=5)
    now = rfc3339(desk.clock())
    soon = partner.report(ordered_at=now, click_id=partner.click(seconds=4))
    assert told(partner, soon) == ("held", "suspected_fraud")
    later = partner.report(ordered_at=now, click_id=partner.click(seconds=6))
    assert told(partner, later) == ("accepted", "recorded")


def test_a_purchase_from_the_partners_own_address(desk: Desk, partner: Partner) -> None:
    rule(desk, "own_address")
    own = partner.report(buyer_address="192.0.2.7")
    assert told(partner, own) == ("held", "suspected_fraud")
    assert told(partner, partner.report(buyer_address="203.0.113.1")) == ("accepted", "recorded")
    assert told(partner, partner.report()) == ("accepted", "recorded")


def test_too_many_orders_of_one_member_whatever_batch_they_come_in(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: those of the same batch count, too; other members' do not."""
    rule(desk, "member_velocity", orders=3, hours=24)
    buyer, other = uuid4(), uuid4()
    cart = by(desk, partner, buyer)
    for line in ("1", "2", "3", "4"):
        assert told(partner, {**cart, "line_id": line})[0] == "accepted"
    app = desk.client.application

    def send(body: dict[str, Any]) -> str:
        with app.test_client() as client:
            return told(replace(partner, client=client), body)[0]

    bodies = [by(desk, partner, buyer) for _ in range(10)]
    with ThreadPoolExecutor(10) as together:
        verdicts = list(together.map(send, bodies))
    assert verdicts.count("accepted") == 2
    assert verdicts.count("held") == 8
    assert told(partner, by(desk, partner, other))[0] == "accepted"
    desk.clock.move(timedelta(hours=25))
    assert told(partner, by(desk, partner, buyer))[0] == "accepted"


def test_rules_look_at_first_reports_alone(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    rule(desk, "ip_list", ranges=["0.0.0.0/0"])
    approved = partner.later(report, "approved", buyer_address="198.51.100.9")
    assert told(partner, approved) == ("accepted", "changed")


def off(desk: Desk) -> None:
    rule(desk, "ip_list", ranges=["198.51.100.0/24"], is_on=False)


def milder(desk: Desk) -> None:
    rule(desk, "ip_list", ranges=["203.0.113.0/24"])


def delete(desk: Desk) -> None:
    assert desk.client.delete("/fraud-rules/a-rule", headers=CLERK).status_code == 204


def wait_for_its_end(desk: Desk) -> None:
    desk.clock.move(timedelta(days=2))


@pytest.mark.parametrize("let_go", [off, milder, delete, wait_for_its_end])
def test_what_a_rule_held_is_tried_again_once_it_lets_go(
    desk: Desk, partner: Partner, let_go: Callable[[Desk], None]
) -> None:
    end = rfc3339(desk.clock() + timedelta(days=1))
    rule(desk, "ip_list", ranges=["198.51.100.0/24"], valid_until=end)
    receipt_id = held(partner, partner.report(buyer_address="198.51.100.9"), "suspected_fraud")
    retry(desk)
    desk.clock.move(timedelta(minutes=5))
    assert retry(desk) == 0
    let_go(desk)
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_a_rule_counts_from_its_beginning(desk: Desk, partner: Partner) -> None:
    begins = rfc3339(desk.clock() + timedelta(hours=1))
    rule(desk, "ip_list", ranges=["0.0.0.0/0"], valid_from=begins)
    assert told(partner, partner.report(buyer_address="192.0.2.1"))[0] == "accepted"
    desk.clock.move(timedelta(hours=2))
    assert told(partner, partner.report(buyer_address="192.0.2.1"))[0] == "held"


def test_rules_are_set_read_and_deleted_by_clerks(desk: Desk, partner: Partner) -> None:
    rule(desk, "member_velocity", orders=3, hours=24)
    read = desk.client.get("/fraud-rules/a-rule", headers=CLERK).json
    assert read
    assert read["settings"] == {"orders": 3, "hours": 24}
    listed = desk.client.get("/fraud-rules", headers=CLERK).json
    assert listed == {"data": [read]}
    delete(desk)
    for answer in (
        desk.client.get("/fraud-rules/a-rule", headers=CLERK),
        desk.client.delete("/fraud-rules/a-rule", headers=CLERK),
    ):
        assert answer.json
        assert (answer.status_code, answer.json["code"]) == (404, "unknown_rule")
    rule(desk, "own_address")  # its name is free again
    own = {"Authorization": f"Bearer {partner.key}"}
    assert desk.client.get("/fraud-rules", headers=own).status_code == 401
    assert desk.client.put("/fraud-rules/x", json={}, headers=own).status_code == 401


@pytest.mark.parametrize(
    ("name", "sent", "field"),
    [
        ("a-rule", {"kind": "x"}, "kind"),
        ("a-rule", {"kind": "member_velocity", "settings": {"orders": 3}}, "settings.hours"),
        ("a-rule", {"kind": "own_address", "limit": 3}, "limit"),
        ("A_Rule", {"kind": "own_address"}, "name"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_field(
    desk: Desk, name: str, sent: dict[str, Any], field: str
) -> None:
    answer = desk.client.put(f"/fraud-rules/{name}", json=sent, headers=CLERK)
    assert answer.json
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_shipped_rules_are_put_in_place_once_and_hold_nothing(desk: Desk, partner: Partner) -> None:
    with desk.engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), desk.clock())
    name = "member-velocity"
    mine = {"kind": "member_velocity", "settings": {"orders": 1, "hours": 1}, "is_on": False}
    assert desk.client.put(f"/fraud-rules/{name}", json=mine, headers=CLERK).status_code == 200
    assert desk.client.delete("/fraud-rules/own-address", headers=CLERK).status_code == 204
    with desk.engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), desk.clock())
        kept = {row["name"]: row["settings"] for row in rules.rules(connection)}
        assert connection.scalar(text("SELECT count(*) FROM fraud_rules WHERE is_on")) == 0
    assert kept[name] == {"orders": 1, "hours": 1}
    assert "own-address" not in kept
    for _ in range(3):
        assert told(partner, partner.report())[0] == "accepted"
