"""A clerk before a screen: she signs in, answers a caller, and looks at what is to be done."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Browser

from tests.support.browser import Person, chromium, person
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
PASSWORD = "seven green tables"
# Which pages, and what their pictures are called.
PAGES = {
    "/held": "held",
    "/parked": "parked",
    "/claims?state=all": "claims",
    "/cases": "cases",
    "/partners": "partners",
    "/stores": "stores",
    "/reports": "reports",
    "/health": "health",
    "/acts": "acts",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("language", "width"), [("en-GB", 1280), ("ru-RU", 390)])
def test_a_clerks_day(stack: RunningStack, browser: Browser, language: str, width: int) -> None:
    """INVARIANT: every page of the console can be read on any screen, by anybody."""
    base, name = stack.system.urls["console"], f"console-{language[:2]}"
    with person(browser, base, name, language=language, width=width) as clerk:
        _signs_in(clerk, stack)
        clerk.opens("/")
        clerk.looks("find")
        clerk.types("q", _caller(stack))
        clerk.page.keyboard.press("Enter")
        clerk.page.wait_for_url("**/members/**")
        clerk.looks("member")
        assert clerk.page.locator(".happened > li").count() >= 3
        clerk.opens(f"/runs/{_month(stack)}")
        clerk.looks("run")
        for path, picture in PAGES.items():
            clerk.opens(path)
            clerk.looks(picture)


def _signs_in(clerk: Person, stack: RunningStack) -> None:
    hired = f"clerk-{secrets.token_hex(3)}"
    sent = {"name": hired, "role": "admin"}
    told = stack.system.clerk("console").post("/api/clerks", json=sent).json()
    clerk.opens("/sign-in")
    clerk.looks("sign-in")
    clerk.types("name", hired)
    clerk.types("password", told["one_time_password"])
    clerk.types("code", pyotp.parse_uri(told["totp_uri"]).at(datetime.now(UTC)))
    clerk.presses("main form button")
    clerk.types("old", told["one_time_password"])
    clerk.types("password", PASSWORD)
    clerk.types("again", PASSWORD)
    clerk.presses("main form button")


def _caller(stack: RunningStack) -> str:
    """Answer the phone of somebody who was paid."""
    payout, members = stack.system.clerk("payout"), stack.system.clerk("members")
    paid = payout.get(f"/runs/{_month(stack)}/payouts").json()["data"][0]
    return str(members.get(f"/members/{paid['member_id']}").json()["phone"])


def _month(stack: RunningStack) -> str:
    """Answer a month whose run paid somebody."""
    payout = stack.system.clerk("payout")
    months = [run["month"] for run in payout.get("/runs").json()["data"]]
    return next(month for month in months if payout.get(f"/runs/{month}/payouts").json()["data"])
