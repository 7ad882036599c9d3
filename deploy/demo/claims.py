"""A claim that comes too early is answered with the date; one in time is accepted, and earns."""

from datetime import UTC, datetime
from typing import Any

import requests

from deploy.demo.actors import Member
from deploy.demo.calls import ask, call
from deploy.demo.partner import Partner, moment
from deploy.demo.purchases import ELECTRONICS, Scene
from shared.http_client import HttpClient

_CLERK = "clerk-1"
_AT_ONCE = "tickets-at-once"
_RUBLES = 2_500
# A store that promises to confirm within the day it was ordered on: nobody waits 30 days in a demo.
_STORE = """
stores:
  - store_id: {store_id}
    name: Tickets at once
    partner_id: {partner_id}
    group: leisure
    subgroup: events
    description: Tickets for tonight.
    conditions: Confirmed as soon as they are sold.
    tracking_url: "https://tickets.example/?subid={{click_id}}"
    confirmation_days: 0
    terms:
      - valid_from: {year}-01-01
        rates: {{others: 10%}}
"""


def tell(scene: Scene) -> None:
    """Let one member ask too early and another in time, and follow that claim to its points."""
    scene.narrator.chapter("My cashback did not come")
    _too_early(scene)
    claim_id = open_claim(scene)
    _receipt(scene, claim_id)
    _answered(scene, claim_id)
    _paid(scene, claim_id)


def _too_early(scene: Scene) -> None:
    told = _file(scene.first, _order(ELECTRONICS))
    scene.narrator.expect(
        "Member 1 claims an order of just now: too early", told.get("code"), "too_early"
    )
    scene.narrator.tell(f"   {told['detail']}")


def _open_the_store(scene: Scene) -> None:
    partner_id = scene.partners[ELECTRONICS].partner_id
    year = datetime.now(UTC).year
    file = _STORE.format(store_id=_AT_ONCE, partner_id=partner_id, year=year)
    catalog = scene.clerk.system.clerk("catalog")
    yaml = {"Content-Type": "application/yaml"}
    call(catalog, "POST", "/api/imports", data=file.encode(), headers=yaml)
    visit = HttpClient(scene.clerk.system.urls["click_tracking"])
    scene.narrator.await_(
        "A store opens that confirms at once",
        lambda: call(visit, "HEAD", f"/go/{_AT_ONCE}", cookies=scene.third.cookies).status_code,
        302,
    )


def open_claim(scene: Scene) -> str:
    """Let the third member buy at a store that never reports it, and claim it; answer its id."""
    _open_the_store(scene)
    scene.third.go_to(_AT_ONCE)
    order = _order(_AT_ONCE)
    scene.narrator.await_(
        f"Member 3 buys tickets for {_RUBLES} ₽; nothing is reported: a claim opens",
        lambda: str(_file(scene.third, order).get("state")),
        "opened",
    )
    return str(_file(scene.third, order)["claim_id"])


def _receipt(scene: Scene, claim_id: str) -> None:
    statuses = [
        call(
            HttpClient(scene.third.system.urls["bonus_status"]),
            "PUT",
            f"/me/claims/{claim_id}/file",
            params={"name": name},
            data=b"Paid at the till.",
            cookies=scene.third.cookies,
        ).status_code
        for name in ("receipt.exe", "receipt.txt")
    ]
    scene.narrator.expect("   a programme is no receipt, a text is one", statuses, [422, 200])


def _answered(scene: Scene, claim_id: str) -> None:
    partner = scene.partners[ELECTRONICS]
    _step(scene, claim_id, "send")
    scene.narrator.await_(
        "   the clerk sends it to the partner, which finds the order: confirmed",
        lambda: _answer(partner, claim_id).status_code,
        200,
    )
    scene.narrator.await_(
        "   the clerk sees the answer", lambda: _claim(scene, claim_id)["state"], "answered"
    )


def _paid(scene: Scene, claim_id: str) -> None:
    before = scene.third.balance()["accrued"]
    _step(scene, claim_id, "accept", reason="The partner confirmed it.")
    points = scene.points(_AT_ONCE, _RUBLES)
    scene.narrator.await_(
        f"   accepted: {points} points accrued, by a conversion whose source is the claim",
        lambda: scene.third.balance()["accrued"],
        before + points,
    )
    bonuses = [one["status"] for one in _claim(scene, claim_id)["bonuses"]]
    scene.narrator.expect("   the claim leads to its bonus", bonuses, ["accrued"])


def _order(store_id: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "store_id": store_id,
        "order_id": f"claimed-{now:%Y%m%d%H%M%S%f}",
        "ordered_at": moment(now),
        "amount_minor": _RUBLES * 100,
    }


def _file(member: Member, order: dict[str, Any]) -> dict[str, Any]:
    """File a claim; one that is filed already is only looked at."""
    bonuses = HttpClient(member.system.urls["bonus_status"])
    told: dict[str, Any] = call(
        bonuses, "POST", "/me/claims", json=order, cookies=member.cookies
    ).json()
    if told.get("code") == "claimed_before":
        return dict(ask(bonuses, f"/me/claims/{told['claim_id']}", cookies=member.cookies))
    return told


def _claim(scene: Scene, claim_id: str) -> dict[str, Any]:
    return dict(ask(scene.clerk.system.clerk("bonus_status"), f"/claims/{claim_id}"))


def _step(scene: Scene, claim_id: str, what: str, **said: str) -> None:
    """Take a step; when its answer was lost, the second try finds it done."""
    body = {"version": _claim(scene, claim_id)["version"], "clerk": _CLERK, **said}
    desk = scene.clerk.system.clerk("bonus_status")
    call(desk, "POST", f"/claims/{claim_id}/{what}", json=body)


def _answer(partner: Partner, claim_id: str) -> requests.Response:
    desk = HttpClient(partner.system.urls["partner_postback"], bearer=partner.key)
    return call(desk, "POST", f"/claims/{claim_id}/answer", json={"answer": "confirmed"})
