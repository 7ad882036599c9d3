"""A clerk's day in the console, over the whole system: she finds, corrects, runs the month by two.

Read as a person reads it: pages by their addresses, forms by what stands in them.
"""

import html
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import pyotp
import pytest
import requests

from deploy.demo.narrator import Narrator
from deploy.target import Target
from shared.readers import readers
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")
PASSWORD = "seven green tables"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """A clerk's browser, without scripts."""

    def __init__(self, system: Target, role: str) -> None:
        self.url, self.name = system.urls["console"], f"{role}-{secrets.token_hex(3)}"
        answer = system.clerk("console").post("/api/clerks", json={"name": self.name, "role": role})
        told = answer.json()
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "en"
        code = pyotp.parse_uri(told["totp_uri"]).at(datetime.now(UTC))
        first = told["one_time_password"]
        self.send("/sign-in", name=self.name, password=first, code=code)
        self.send("/password", old=first, password=PASSWORD, again=PASSWORD)

    def read(self, path: str) -> str:
        answer = self.session.get(self.url + path, timeout=20)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def send(self, path: str, **typed: str) -> requests.Response:
        shown = {name: html.unescape(one) for name, one in _HIDDEN.findall(self.read(path))}
        answer = self.session.post(self.url + path, data=shown | typed, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def hire(stack: RunningStack) -> Callable[[str], Browser]:
    return lambda role: Browser(stack.system, role)


@pytest.mark.usefixtures("told")
def test_she_answers_a_caller(stack: RunningStack, hire: Callable[[str], Browser]) -> None:
    """By phone and by order she comes to one member and all that happened to him."""
    anna, member = hire("clerk"), stack.system.demo["members"][0]
    answer = anna.session.get(anna.url, params={"q": stack.new_members()[0]["phone"]}, timeout=20)
    assert "/members/" in answer.url
    page = anna.read(f"/members/{member['id']}")
    assert member["phone"] in page
    assert "Not everything is here" not in page
    for path in ("/held", "/parked", "/payouts/held", "/claims?state=all", "/cases", "/stores"):
        anna.read(path)
    health = anna.read("/health")
    assert "no answer" not in health
    assert "Messages not read yet" in health
    assert all(f"<b>{group}</b>" in health for group in readers())
    assert 'role="img"' in anna.read("/reports")


def test_the_whole_story_of_a_member_is_one_list(
    told: Narrator, stack: RunningStack, hire: Callable[[str], Browser]
) -> None:
    assert told.broken == []
    runs = stack.system.clerk("payout").get("/runs").json()["data"]
    payouts = stack.system.clerk("payout").get(f"/runs/{runs[0]['month']}/payouts").json()["data"]
    member_id = payouts[0]["member_id"]
    page = hire("viewer").read(f"/members/{member_id}?found={payouts[0]['payout_id']}")
    for kind in ("click", "report", "purchase", "bonus", "payout", "SMS"):
        assert f'<span class="kind">{kind}</span>' in page
    assert "this one" in page
    order = re.search(r"<b><a [^>]*>[\w-]+ · ([\w-]+)</a></b>", page)
    assert order is not None
    viewer = hire("viewer")
    answer = viewer.session.get(viewer.url, params={"q": order[1]}, timeout=20)
    assert answer.url.startswith(f"{viewer.url}/members/{member_id}")


@pytest.mark.usefixtures("told")
def test_large_corrections_and_the_run_take_two_persons(
    stack: RunningStack, hire: Callable[[str], Browser]
) -> None:
    boris, vera = hire("finance"), hire("finance")
    [member, *_] = stack.new_members()
    desk = stack.system.clerk("bonus_status")
    wish = {"member_id": member["id"], "kind": "credit", "amount": "5000", "reason": "A late file."}
    # bonus_status hears of a new member a moment later; until then he is unknown there.
    sent = eventually(lambda: boris.send("/acts/correction-new", **wish), seconds=60, every=1)
    assert "no points have moved yet" in sent.text
    found = desk.get("/corrections?state=waiting").json()["data"]
    [waiting] = [one for one in found if one["member_id"] == member["id"]]
    approve = f"/acts/correction-approve/{waiting['correction_id']}"
    shown = {name: html.unescape(one) for name, one in _HIDDEN.findall(boris.read(approve))}
    own = boris.session.post(boris.url + approve, data=shown, timeout=20)
    assert own.status_code == 409
    vera.send(approve)
    month = stack.new_month()
    boris.send("/acts/run-begin", month=month)
    eventually(lambda: "The plan beside the month before" in vera.read(f"/runs/{month}"))
    eventually(lambda: f"/acts/run-release/{month}" in vera.read(f"/runs/{month}"))
    link = re.search(rf"/acts/run-release/{month}\?plan_hash=\w+", vera.read(f"/runs/{month}"))
    assert link is not None
    assert "run-release" not in boris.read(f"/runs/{month}")
    vera.send(link[0])
    eventually(lambda: '<span class="mark good">finished</span>' in boris.read(f"/runs/{month}"))
    log = vera.read(f"/acts?subject={month}")
    assert boris.name in log
    assert vera.name in log
