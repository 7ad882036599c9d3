"""The run of the month: a top-up with a limit, one whose answer is lost, a certificate spent."""

import re
from datetime import datetime
from typing import Any

from deploy.demo import salon
from deploy.demo.actors import Clerk
from deploy.demo.calls import send
from deploy.demo.purchases import Earned, Scene
from shared.months import month_at

LIMIT = 200
_DENOMINATIONS = (100, 250, 500, 750, 1_000, 1_500, 2_000, 2_500)
_CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4})+")


def next_month(now: datetime) -> str:
    """Answer the month after this one, as the programme counts months."""
    return str(month_at(now).later(1))


def preview(clerk: Clerk, month: str) -> dict[str, int]:
    """Answer what a run would pay if it began now, by kind: a dry run writes nothing."""
    asked = {"month": month, "dry_run": True}
    totals = send(clerk.system.clerk("payout"), "POST", "/runs", asked)["totals"]
    return {kind: totals.get(kind, {"amount": 0})["amount"] for kind in ("top_up", "certificate")}


def tell(scene: Scene, earned: Earned, month: str, others: dict[str, int]) -> None:
    """Pay everybody and check every ruble; `others` is what the run owes to other members."""
    scene.narrator.chapter(f"The run of {month}")
    _choose(scene)
    _preview(scene, earned, month, others)
    _run(scene, month)
    _top_up_with_a_limit(scene, earned)
    _lost_answer(scene, earned, month)
    _certificate(scene, earned)


def _choose(scene: Scene) -> None:
    scene.first.choose_goals([{"kind": "top_up", "monthly_limit": LIMIT}])
    scene.narrator.tell(f"Member 1 tops up their own phone, at most {LIMIT} ₽ a month")
    scene.second.choose_goals([{"kind": "top_up"}])
    scene.clerk.lose_the_billings_answer(scene.second.phone)
    scene.narrator.tell("Member 2 tops up too; the billing will do it, but its answer will be lost")
    scene.third.choose_goals([{"kind": "certificate"}])
    scene.narrator.tell("Member 3 saves for a smartphone: a certificate")


def _preview(scene: Scene, earned: Earned, month: str, others: dict[str, int]) -> None:
    """Look before paying: the clerk waits until payout has heard of everything that accrued."""
    top_ups = min(LIMIT, earned.first) + earned.second
    certificate = _largest_certificate(earned.third)
    scene.narrator.await_(
        f"a dry run promises {top_ups} ₽ of top-ups, {certificate} ₽ of certificates",
        lambda: preview(scene.clerk, month),
        {"top_up": others["top_up"] + top_ups, "certificate": others["certificate"] + certificate},
    )
    scene.narrator.expect("and writes nothing", scene.clerk.run_of(month), None)


def _run(scene: Scene, month: str) -> None:
    asked = {"month": month, "dry_run": False}
    for _ in range(2):
        send(scene.clerk.system.clerk("payout"), "POST", "/runs", asked)
    finished = scene.narrator.eventually(
        lambda: scene.clerk.run_of(month) or {}, lambda run: run.get("state") == "finished"
    )
    says = "the run finishes; asking for it twice changed nothing"
    scene.narrator.expect(says, finished.get("state"), "finished")
    scene.narrator.expect("no payout failed", finished.get("failures"), {})


def _top_up_with_a_limit(scene: Scene, earned: Earned) -> None:
    paid = min(LIMIT, earned.first)
    topped_up = _topped_up(scene, scene.first.phone)
    scene.narrator.expect(f"Member 1's phone has {paid} ₽ more", topped_up, [paid])
    left = {"written_off": paid, "accrued": earned.first - paid, "reserved": 0}
    says = f"{earned.first - paid} points stay accrued for next month"
    scene.narrator.expect(says, _part(scene.first.balance(), left), left)


def _lost_answer(scene: Scene, earned: Earned, month: str) -> None:
    topped_up = _topped_up(scene, scene.second.phone)
    scene.narrator.expect(
        f"Member 2's phone has {earned.second} ₽ more, once", topped_up, [earned.second]
    )
    mine = [
        one for one in scene.clerk.payouts_of(month) if one["member_id"] == scene.second.member_id
    ]
    found = [(one["state"], one["questions"] > 0) for one in mine]
    says = "its answer was lost: the billing was asked, not paid again"
    scene.narrator.expect(says, found, [("settled", True)])


def _certificate(scene: Scene, earned: Earned) -> None:
    worth = _largest_certificate(earned.third)
    certificates = [one["denomination"] for one in scene.third.certificates()]
    scene.narrator.expect(f"Member 3 has a certificate of {worth} ₽", certificates, [worth])
    codes = scene.narrator.eventually(lambda: _codes(scene.third.text_messages()), bool)
    scene.narrator.expect("its code came by SMS, once", len(codes), 1)
    salon.tell(scene, codes[0], worth)


def _largest_certificate(points: int) -> int:
    return max(one for one in _DENOMINATIONS if one <= points)


def _topped_up(scene: Scene, phone: str) -> list[int]:
    return [one["amount_rubles"] for one in scene.clerk.statement() if one["phone"] == phone]


def _part(balance: dict[str, int], like: dict[str, int]) -> dict[str, int]:
    return {name: balance[name] for name in like}


def _codes(texts: list[str]) -> list[str]:
    return [found[0] for text in texts if (found := _CODE.search(text))]


def as_rows(scene: Scene) -> list[list[Any]]:
    """Lay out the account of each member by status."""
    members = (scene.first, scene.second, scene.third)
    return [[member.name, *member.balance().values()] for member in members]
