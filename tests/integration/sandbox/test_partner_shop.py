"""The partner's shop sells, and reports what happens in signed postbacks until they are answered.

The receiver checks signatures with the reference library of Standard Webhooks, not with our code.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Part
from tests.integration.sandbox.receiver import CLICK, Receiver
from tests.support.waiting import eventually

Buy = Callable[..., dict[str, Any]]


def _step(shop: Part, order: dict[str, Any], step: str, **sent: Any) -> dict[str, Any]:
    answer = shop.ask("POST", f"/api/orders/{order['order_id']}/{step}", json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _deliveries(shop: Part, order: dict[str, Any]) -> list[dict[str, Any]]:
    return list(shop.ask("GET", f"/api/orders/{order['order_id']}").json()["deliveries"])


def test_an_order_is_reported_step_by_step_and_signed(
    shop: Part, receiver: Receiver, buy: Buy
) -> None:
    order = buy()
    _step(shop, order, "approve")
    _step(shop, order, "amend", amount_minor=50000)
    _step(shop, order, "return", amount_minor=20000)
    done = _step(shop, order, "return", reason="sent back")
    eventually(lambda: len(receiver.got) == 5)
    assert [receiver.is_signed(place) for place in range(5)] == [True] * 5
    assert {path for path, _, _ in receiver.got} == {"/postbacks/global-mall"}
    said = [(one["status"], one["amount"] and one["amount"]["amount_minor"]) for one in
            receiver.about(order["order_id"])]  # fmt: skip
    assert said == [
        ("reported", 109900),
        ("approved", 109900),
        ("amended", 50000),
        ("returned", 20000),
        ("returned", None),
    ]
    assert {one["click_id"] for one in receiver.bodies()} == {CLICK}
    assert done["lines"][0]["status"] == "returned"


def test_a_postback_is_repeated_under_one_id_until_it_is_answered(
    shop: Part, receiver: Receiver, buy: Buy
) -> None:
    """INVARIANT: an outage on our side loses no purchase."""
    receiver.answers += [503, 429]
    order = buy()
    eventually(lambda: _deliveries(shop, order)[0]["state"] == "answered", seconds=20)
    ids = [headers["webhook-id"] for _, headers, _ in receiver.got]
    assert (len(ids), len(set(ids))) == (3, 1)
    assert _deliveries(shop, order)[0]["answer"]["verdict"] == "accepted"


def test_a_refused_postback_is_kept_with_its_answer(
    shop: Part, receiver: Receiver, buy: Buy
) -> None:
    receiver.answers.append(422)
    order = buy()
    eventually(lambda: _deliveries(shop, order)[0]["state"] == "refused")
    assert len(receiver.got) == 1


def test_a_postback_can_be_forged_repeated_and_held_back(
    shop: Part, receiver: Receiver, buy: Buy
) -> None:
    shop.fails("forged_signature", count=1)
    forged = buy()
    eventually(lambda: len(receiver.got) == 1)
    assert not receiver.is_signed(0)
    shop.fails("silent")
    held = buy()
    _step(shop, held, "approve")
    assert receiver.about(held["order_id"]) == []
    shop.ask("DELETE", "/faults")
    eventually(lambda: len(receiver.about(held["order_id"])) == 2)
    _step(shop, held, "repeat", times=4)
    eventually(lambda: len(receiver.about(held["order_id"])) == 6)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 7
    assert len(receiver.about(forged["order_id"])) == 1


def test_an_approval_can_come_before_its_report(shop: Part, receiver: Receiver, buy: Buy) -> None:
    order = buy(report=False)
    _step(shop, order, "approve")
    _step(shop, order, "report")
    eventually(lambda: len(receiver.got) == 2)
    assert [one["status"] for one in receiver.bodies()] == ["approved", "reported"]


@pytest.mark.parametrize("name", ["subid", "clickref", "sid", "u1", "aff_sub"])
def test_a_person_buys_on_the_page_and_the_click_goes_along(
    shop: Part, receiver: Receiver, name: str
) -> None:
    page = shop.ask("GET", "/shop/booking", params={name: CLICK})
    assert page.status_code == 200
    assert f'value="{CLICK}"' in page.text
    order_page = shop.ask("POST", "/shop/booking", data={"subid": CLICK, "good": ["0", "2"]})
    assert order_page.status_code == 200
    assert "/orders/BOO-" in order_page.url
    eventually(lambda: len(receiver.got) == 2)
    assert {one["amount"]["currency"] for one in receiver.bodies()} == {"EUR"}
    shop.ask("POST", f"{order_page.url.removeprefix(shop.url)}/decline", data={"line_id": "1"})
    eventually(lambda: len(receiver.got) == 3)
    assert receiver.bodies()[-1]["status"] == "declined"


def test_a_purchase_without_a_partner_link_is_reported_to_nobody(
    shop: Part, receiver: Receiver, buy: Buy
) -> None:
    order = buy(subid=None)
    _step(shop, order, "approve")
    assert _deliveries(shop, order) == []
    assert receiver.got == []


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/api/orders", {"store_id": "nowhere", "lines": []}, 422),
        ("GET", "/shop/nowhere", None, 404),
        ("GET", "/api/orders/NO-1", None, 404),
        ("POST", "/api/orders/NO-1/approve", {}, 404),
        ("POST", "/api/orders/NO-1/steal", {}, 404),
    ],
)
def test_what_is_not_there_is_said(
    shop: Part, method: str, path: str, sent: dict[str, Any] | None, status: int
) -> None:
    assert shop.ask(method, path, json=sent).status_code == status
