"""How others report: a push of Awin, a cart in lines, a cancellation of Rakuten, and files."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from deploy.demo.actors import Member
from deploy.demo.calls import call
from deploy.demo.partner import Partner, moment
from deploy.demo.purchases import ELECTRONICS, GROCERIES, Scene
from shared.http_client import HttpClient

# Pieces and rubles for one, line by line.
_CART = ((2, 400), (3, 350), (1, 500))
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Settled:
    """What has accrued in the end, by member."""

    first: int
    second: int


def tell(scene: Scene) -> Settled:
    """Let all four report; answer what the file has settled."""
    scene.narrator.chapter("Four other ways to report")
    pushed = _awin_pushes(scene)
    cart = _admitad_sends_a_cart(scene)
    _rakuten_cancels(scene)
    return _a_file_settles(scene, pushed, cart)


@dataclass(frozen=True, slots=True)
class _Order:
    order_id: str
    action: str
    points: int


def _awin_pushes(scene: Scene) -> _Order:
    click_id = scene.first.go_to(ELECTRONICS)
    order_id = f"awin-{click_id[:12]}"
    pushed = {
        "transactionId": order_id,
        "transactionDate": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "transactionCurrency": "RUB",
        "transactionAmount": "1500.5",
        "clickRef": click_id,
        "commission": "105.04",
        "commissionGroups": [],
    }
    partner = scene.partners[ELECTRONICS]
    body = {"AwinTransactionPush": json.dumps(pushed)}
    answer = _post(partner, "awin", body).json()
    scene.narrator.expect("1. Awin pushes 1 500.50 ₽ of member 1", answer["code"], "recorded")
    points = scene.points(ELECTRONICS, 1_500)
    _await(scene, scene.first, "pending", points, "   it is pending")
    return _Order(order_id, "sale", points)


def _admitad_sends_a_cart(scene: Scene) -> _Order:
    click_id = scene.second.go_to(GROCERIES)
    order_id = f"cart-{click_id[:12]}"
    partner = scene.partners[GROCERIES]
    points = sum(scene.points(GROCERIES, pieces * price) for pieces, price in _CART)
    for place, (pieces, price) in enumerate(_CART, start=1):
        line = {
            "postback": "1",
            "action_code": "1",
            "uid": click_id,
            "order_id": order_id,
            "currency_code": "RUB",
            "price": str(price),
            "quantity": str(pieces),
            "position_id": str(place),
            "position_count": str(len(_CART)),
            "payment_type": "sale",
        }
        answer = _get(partner, "admitad-store", {**line, "postback_key": partner.key})
        verdict = _newest(partner)
        wanted = ("recorded",) if place == len(_CART) else ("cart_incomplete",)
        says = f"{'2.' if place == 1 else '  '} Admitad sends line {place} of member 2's cart"
        found = (answer.status_code, answer.text, verdict["code"])
        scene.narrator.expect(f"{says}: OK, and {wanted[0]}", found, (200, "OK", *wanted))
    _await(scene, scene.second, "pending", points, "   all three lines count now")
    return _Order(order_id, "1", points)


def _rakuten_cancels(scene: Scene) -> None:
    click_id = scene.third.go_to(ELECTRONICS)
    now = datetime.now(UTC)
    partner = scene.partners[ELECTRONICS]
    sold = {
        "token": partner.key,
        "is_event": "N",
        "etransaction_id": f"sale-{click_id[:12]}",
        "order_id": f"rakuten-{click_id[:12]}",
        "sku_number": "SKU-7",
        "quantity": "1",
        "sale_amount": "2000.00",
        "currency": "RUB",
        "u1": click_id,
        "transaction_date": now.strftime("%Y-%m-%d %H:%M:%S"),
        "process_date": now.strftime("%Y-%m-%d %H:%M:%S"),
    }
    _get(partner, "rakuten", sold)
    points = scene.points(ELECTRONICS, 2_000)
    _await(scene, scene.third, "pending", points, "3. Rakuten reports 2 000 ₽ of member 3")
    later = now + timedelta(seconds=1)
    cancelled = {
        "etransaction_id": f"cancellation-{click_id[:12]}",
        "sale_amount": "-2000.00",
        "process_date": later.strftime("%Y-%m-%d %H:%M:%S"),
    }
    _get(partner, "rakuten", {**sold, **cancelled})
    _await(scene, scene.third, "pending", 0, "   and cancels it: a new id, negative money")


def _a_file_settles(scene: Scene, pushed: _Order, cart: _Order) -> Settled:
    first = scene.first.balance()["accrued"] + pushed.points
    second = scene.second.balance()["accrued"] + cart.points
    for store, order, says in (
        (ELECTRONICS, pushed, "4. The shop's file approves the push; its second row is wrong"),
        (GROCERIES, cart, "   another shop's file approves the cart as a whole"),
    ):
        counts = _upload(scene, scene.partners[store], order)
        scene.narrator.expect(says, counts, {"accepted": 1, "refused": 1})
    _await(scene, scene.first, "accrued", first, "   the push")
    _await(scene, scene.second, "accrued", second, "   all lines of the cart")
    return Settled(pushed.points, cart.points)


def _upload(scene: Scene, partner: Partner, order: _Order) -> dict[str, int]:
    """Send a file of two rows, the second of them wrong; answer the verdicts, counted."""
    now = moment(datetime.now(UTC))
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["order_id", "action", "status", "status_at"])
    for word in ("approved", "aproved"):
        rows.writerow([order.order_id, order.action, word, now])
    client = HttpClient(scene.clerk.system.urls["partner_postback"], bearer=partner.key)
    options: dict[str, Any] = {
        "data": file.getvalue().encode(),
        "headers": {"Content-Type": "text/csv"},
    }
    taken = call(client, "POST", "/files", params={"profile": "csv"}, **options).json()
    path = f"/files/{taken['file_id']}"
    report = scene.narrator.eventually(
        lambda: call(client, "GET", path).json(), lambda one: one["state"] == "finished"
    )
    return {one["verdict"]: one["rows"] for one in report["verdicts"]}


def _await(scene: Scene, member: Member, status: str, points: int, says: str) -> None:
    says = f"{says}: {points} points {status}"
    scene.narrator.await_(says, lambda: member.balance()[status], points)


def _get(partner: Partner, name: str, parameters: dict[str, str]) -> requests.Response:
    path = f"/postbacks/{partner.partner_id}/{name}"
    return call(_service(partner), "GET", path, params=parameters)


def _post(partner: Partner, name: str, parameters: dict[str, str]) -> requests.Response:
    path = f"/postbacks/{partner.partner_id}/{name}"
    return call(_keyed(partner), "POST", path, data=parameters, headers=_FORM)


def _newest(partner: Partner) -> dict[str, Any]:
    page = call(_keyed(partner), "GET", "/receipts", params={"limit": 1}).json()
    return dict(page["data"][0])


def _service(partner: Partner) -> HttpClient:
    return HttpClient(partner.system.urls["partner_postback"])


def _keyed(partner: Partner) -> HttpClient:
    return HttpClient(partner.system.urls["partner_postback"], bearer=partner.key)
