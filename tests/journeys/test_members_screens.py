"""Somebody's whole way on the website: from a number to a certificate, in a real browser."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest

from deploy.demo.actors import Shop
from shared.months import PROGRAMME_ZONE
from tests.journeys import website
from tests.journeys.website import eventually
from tests.support.browser import Person, chromium, person
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
_PATIENCE_SECONDS = 300
STORE, WORDS = "perekrestok", "perek"
PAID, CERTIFICATE = 4_000, 500


@dataclass(frozen=True)
class Screen:
    """How somebody looks at the pages, and words that he reads there.

    `by_axe`: each page is checked by axe; once in each language and in each size is enough.
    """

    name: str
    language: str
    width: int
    available: str
    on_its_way: str
    spent: str
    scripts: bool = True
    by_axe: bool = True


SCREENS = (
    Screen("ru-desktop", "ru-RU", 1280, "Доступно", "Впути", "Потраченовсего"),
    Screen("en-phone", "en-GB", 390, "Available", "Onitsway", "Spentsofar"),
    Screen("ru-phone", "ru-RU", 390, "Доступно", "Впути", "Потраченовсего", by_axe=False),
    Screen("en-desktop", "en-GB", 1280, "Available", "Onitsway", "Spentsofar", by_axe=False),
    Screen(
        "ru-small-no-scripts", "ru-RU", 320, "Доступно", "Впути", "Потраченовсего", scripts=False
    ),
)


def test_from_a_number_to_a_certificate_and_away(stack: RunningStack) -> None:
    """INVARIANT: the whole way works in each language, on each screen, and without scripts.

    They walk side by side, for most of the way is waiting; one run of the month pays them all.
    """
    pay = threading.Barrier(len(SCREENS), lambda: stack.run_month(stack.new_month()))
    with ThreadPoolExecutor(len(SCREENS)) as together:
        walks = [together.submit(_walks, stack, screen, pay) for screen in SCREENS]
    faults = [fault for walk in walks if (fault := walk.exception()) is not None]
    for fault in sorted(faults, key=lambda one: isinstance(one, threading.BrokenBarrierError)):
        raise fault


def _walks(stack: RunningStack, screen: Screen, pay: threading.Barrier) -> None:
    base = stack.system.urls["account"]
    wanted = {
        "language": screen.language,
        "width": screen.width,
        "scripts": screen.scripts,
        "by_axe": screen.by_axe,
    }
    try:
        with chromium() as browser, person(browser, base, screen.name, **wanted) as somebody:
            _lives(somebody, stack, screen, pay)
    except BaseException:
        pay.abort()
        raise


def _lives(somebody: Person, stack: RunningStack, screen: Screen, pay: threading.Barrier) -> None:
    phone = f"+7900{secrets.randbelow(10**7):07d}"
    email = f"lilac.{secrets.token_hex(5)}@example.org"
    website.joins(somebody, stack, phone, email)
    click_id = website.goes_to(somebody, STORE, WORDS)
    order, points = website.buys(stack, STORE, click_id, PAID)
    website.sees(somebody, screen.on_its_way, points)
    somebody.looks("pending")
    Shop(stack.system).does("approve", order)
    website.sees(somebody, screen.available, points)
    somebody.looks("points")
    _opens_the_bonus(somebody)
    website.saves_for_a_smartphone(somebody, CERTIFICATE)
    pay.wait(timeout=_PATIENCE_SECONDS)
    website.sees(somebody, screen.spent, CERTIFICATE)
    code = website.shows_the_code(somebody)
    eventually(lambda: code in _messages(stack, phone), what="the code came by SMS too")
    _claims(somebody, stack)
    somebody.context.clear_cookies()
    website.signs_in_by_sms(somebody, stack, phone, codes_before=1)
    for path, picture in {
        "friends": "friends",
        "notices": "messages",
        "settings": "settings",
    }.items():
        somebody.opens(f"/me/{path}")
        somebody.looks(picture)
    website.erases_himself(somebody, stack, phone, codes_before=2)
    assert somebody.page.request.get(f"{somebody.base}/me", max_redirects=0).status == 303


def _opens_the_bonus(somebody: Person) -> None:
    somebody.opens("/me/history?status=accrued")
    somebody.looks("history")
    somebody.presses("main .rows a.row")
    somebody.looks("bonus")
    assert "Perekrestok" in somebody.reads()


def _claims(somebody: Person, stack: RunningStack) -> None:
    """Too early at one store, in time at another."""
    today = datetime.now(PROGRAMME_ZONE).date().isoformat()
    website.claims(somebody, "Perekrestok", secrets.token_hex(4), today)
    assert somebody.page.input_value("[name=amount]") == "1250,50"
    assert somebody.page.locator(".faults").is_visible()
    store = website.opens_a_store_that_confirms_at_once(stack)
    eventually(lambda: _is_led_on(somebody, store), what="the store is open")

    def opened() -> bool:
        website.claims(somebody, f"Tickets {store}", secrets.token_hex(4), today)
        return somebody.page.url.endswith("/new") is False

    eventually(opened, what="the claim is open", every=1)
    somebody.looks("claim")


def _is_led_on(somebody: Person, store: str) -> bool:
    asks = somebody.page.request
    here = asks.get(f"{somebody.base}/to/{store}", max_redirects=0)
    return "location" in here.headers and (
        asks.get(here.headers["location"], max_redirects=0).status == 302
    )


def _messages(stack: RunningStack, phone: str) -> str:
    return " ".join(website.texts_to(stack, phone))
