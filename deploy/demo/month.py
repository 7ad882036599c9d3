"""The run of the month: a top-up with a limit, one whose answer is lost, a certificate spent."""

import re
from datetime import datetime
from typing import Any

from deploy.demo import relative, salon
from deploy.demo.actors import Clerk
from deploy.demo.calls import ask, send
from deploy.demo.purchases import Earned, Scene
from deploy.demo.relative import Relative
from shared.months import month_at
from shared.signed import is_genuine

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
    mother = _choose(scene)
    hers = min(relative.LIMIT, earned.first - LIMIT)
    top_ups = LIMIT + hers + earned.second
    _preview(scene, top_ups, _largest_certificate(earned.third), month, others)
    paid = top_ups + _largest_certificate(earned.third)
    _run(scene, month, paid + sum(others.values()))
    relative.tell_declined(scene, hers, _topped_up(scene, mother.phone))
    _top_up_with_a_limit(scene, earned)
    _lost_answer(scene, earned, month)
    _certificate(scene, earned)


def _choose(scene: Scene) -> Relative:
    mother = relative.agree(scene)
    chosen = scene.narrator.eventually(lambda: relative.choose(scene, mother, LIMIT), bool)
    says = f"Member 1 tops up their own phone, at most {LIMIT} ₽ a month, then the mother's"
    scene.narrator.expect(says, chosen, True)  # noqa: FBT003
    scene.second.choose_goals([{"kind": "top_up"}])
    scene.clerk.lose_the_billings_answer(scene.second.phone)
    scene.narrator.tell("Member 2 tops up too; the billing will do it, but its answer will be lost")
    scene.third.choose_goals([{"kind": "certificate"}])
    scene.narrator.tell("Member 3 saves for a smartphone: a certificate")
    return mother


def _preview(
    scene: Scene, top_ups: int, certificate: int, month: str, others: dict[str, int]
) -> None:
    """Look before paying: the clerk waits until payout has heard of everything that accrued."""
    scene.narrator.await_(
        f"a dry run promises {top_ups} ₽ of top-ups, {certificate} ₽ of certificates",
        lambda: preview(scene.clerk, month),
        {"top_up": others["top_up"] + top_ups, "certificate": others["certificate"] + certificate},
    )
    scene.narrator.expect("and writes nothing", scene.clerk.run_of(month), None)


def _run(scene: Scene, month: str, points: int) -> None:
    """Two persons move the money: one begins the run, another releases what was looked at."""
    for _ in range(2):
        scene.clerk.begins_run(month)
    planned = _until(scene, month, "planned")
    scene.narrator.expect(
        "one clerk begins the run; it is planned and waits", planned.get("state"), "planned"
    )
    review = scene.clerk.review_of(month)
    scene.narrator.expect(f"the review shows {points} ₽ in all", review["points"], points)
    same = scene.clerk.release_run(month, "anna", review["plan_hash"]).json()["code"]
    scene.narrator.expect("whoever began it cannot release it", same, "same_person")
    scene.clerk.release_run(month, "boris", review["plan_hash"]).raise_for_status()
    finished = _until(scene, month, "finished")
    says = "another clerk releases it, and it finishes; beginning it twice changed nothing"
    scene.narrator.expect(says, finished.get("state"), "finished")
    failures = finished.get("failures")
    scene.narrator.expect("one payout failed, with its reason", failures, {"barred": 1})
    _signed(scene, month, review["plan_hash"])


def _until(scene: Scene, month: str, state: str) -> dict[str, Any]:
    return scene.narrator.eventually(
        lambda: scene.clerk.run_of(month) or {}, lambda run: run.get("state") == state
    )


def _signed(scene: Scene, month: str, plan_hash: str) -> None:
    payout = scene.clerk.system.clerk("payout")
    signed = ask(payout, f"/runs/{month}/manifest")
    keys = ask(payout, "/runs/manifest-keys")["keys"]
    holds = is_genuine(signed, "manifest", keys)
    scene.narrator.expect("its manifest is signed", holds, True)  # noqa: FBT003
    told = signed["manifest"]["plan_hash"]
    scene.narrator.expect("of exactly what was released", told, plan_hash)


def _top_up_with_a_limit(scene: Scene, earned: Earned) -> None:
    topped_up = _topped_up(scene, scene.first.phone)
    scene.narrator.expect(f"Member 1's phone has {LIMIT} ₽ more", topped_up, [LIMIT])
    left = {"written_off": LIMIT, "accrued": earned.first - LIMIT, "reserved": 0}
    says = f"{earned.first - LIMIT} points, the mother's too, stay accrued for next month"
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
