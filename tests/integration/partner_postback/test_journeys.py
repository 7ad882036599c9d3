"""A clerk finds whose a purchase is, and all that was reported of it; nobody else may."""

from typing import Any
from uuid import uuid4

import pytest

from services.partner_postback.click_id import ClickIds
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner

CLICK_IDS = ClickIds([CLICK_KEY])


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def found(desk: Desk, **asked: Any) -> dict[str, Any]:
    answer = desk.client.get("/journeys", query_string=asked, headers=CLERK)
    assert answer.status_code == 200, answer.text
    assert answer.json
    return dict(answer.json)


def test_an_order_leads_to_its_member_and_back(desk: Desk, partner: Partner) -> None:
    # A member of this test alone: the others' one has more purchases than an answer lists.
    report = partner.report(click_id=partner.click(member=uuid4(), hours=1))
    sent = partner.send(report).json
    assert sent
    by_order = found(desk, order_id=report["order_id"])
    [purchase] = by_order["conversions"]
    assert purchase["conversion_id"] == sent["conversion_id"]
    assert [one["receipt_id"] for one in by_order["receipts"]] == [sent["receipt_id"]]
    assert found(desk, conversion_id=sent["conversion_id"]) == by_order
    of_member = found(desk, member_id=purchase["member_id"])
    assert purchase["conversion_id"] in [one["conversion_id"] for one in of_member["conversions"]]


def test_what_is_held_of_an_order_is_found_though_it_is_nobodys(
    desk: Desk, partner: Partner
) -> None:
    click_id = partner.click(member=uuid4(), hours=1)
    money = {"amount_minor": 100, "currency": "SEK"}
    sent = partner.send(partner.report(click_id=click_id, amount=money)).json
    assert sent
    assert sent["verdict"] == "held"
    receipt = desk.client.get(f"/receipts/{sent['receipt_id']}", headers=CLERK).json
    assert receipt
    answer = found(desk, order_id=receipt["said"]["order_id"])
    assert answer["conversions"] == []
    assert [one["verdict"] for one in answer["receipts"]] == ["held"]
    # The click in it tells whose it would be.
    member_id = CLICK_IDS.open(receipt["said"]["click_id"]).member_id
    of_member = found(desk, member_id=str(member_id))
    assert sent["receipt_id"] in [one["receipt_id"] for one in of_member["receipts"]]
    assert found(desk, member_id=str(uuid4()))["receipts"] == []


@pytest.mark.parametrize("query", ["", "order_id=1&member_id=2", "member_id=x", "limit=0"])
def test_a_wrong_question_is_refused(desk: Desk, query: str) -> None:
    assert desk.client.get(f"/journeys?{query}", headers=CLERK).status_code == 422


def test_partners_are_told_nothing_of_it(desk: Desk, partner: Partner) -> None:
    """INVARIANT: who bought is never a partner's to know."""
    assert partner.read("/journeys", order_id="1").status_code == 401
    assert partner.read("/partners").status_code == 401
    names = desk.client.get("/partners", headers=CLERK).json
    assert names
    assert partner.partner_id in [one["partner_id"] for one in names["data"]]
