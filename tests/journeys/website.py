"""What somebody does on the website, a function a step; the journey tests put them together."""

import re
import secrets
from functools import partial

import psycopg

from deploy import databases
from deploy.demo.actors import Clerk, Shop
from deploy.demo.calls import ask, call
from shared.http_client import HttpClient
from tests.support.browser import Person
from tests.support.stack import RunningStack
from tests.support.waiting import eventually as soon

eventually = partial(soon, seconds=90)
PASSWORD = "Lilac-Kettle-42"
SUBMIT = "main form.form button"
_CODE = re.compile(r"\b(\d{6})\b")
_QUESTION = re.compile(r"\w+")
_TAGS_AND_SPACE = re.compile(r"<[^>]*>|[\s,]")
_NUMBERS = {
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять",
    "en": "zero one two three four five six seven eight nine ten",
}


def texts_to(stack: RunningStack, address: str) -> list[str]:
    """What came by SMS to a phone, or by e-mail to a mailbox."""
    gateway = HttpClient(stack.system.urls["gateway"])
    return [one["text"] for one in ask(gateway, "/messages", params={"to": address})["data"]]


def code_sent_to(stack: RunningStack, address: str, after: int = 0) -> str:
    """Wait for the code of an SMS or an e-mail; `after` so many messages with codes."""

    def found() -> list[str]:
        return [code for told in texts_to(stack, address) for code in _CODE.findall(told)]

    eventually(lambda: len(found()) > after, what=f"code {after + 1} to {address}")
    return found()[after]


def answers_the_question(somebody: Person) -> None:
    """Without scripts the captcha is a sum in words."""
    if somebody.has_scripts:
        return
    words = _QUESTION.findall(somebody.page.inner_text("label[for=question]").lower())
    language = somebody.page.get_attribute("html", "lang") or "en"
    numbers = _NUMBERS[language].split()
    told = [numbers.index(word) for word in words if word in numbers]
    somebody.types("question_answer", str(sum(told)))


def joins(somebody: Person, stack: RunningStack, phone: str, email: str) -> None:
    somebody.opens("/join")
    somebody.looks("join")
    somebody.types("phone", phone)
    answers_the_question(somebody)
    somebody.presses(SUBMIT, "/join/phone-code")
    somebody.looks("join-code")
    somebody.types("code", "12345")
    somebody.presses(SUBMIT)
    assert somebody.page.locator("#code-fault").is_visible()
    somebody.types("code", code_sent_to(stack, phone))
    somebody.presses(SUBMIT, "/join/email")
    somebody.types("email", email)
    somebody.presses(SUBMIT, "/join/email-code")
    somebody.types("code", code_sent_to(stack, email))
    somebody.presses(SUBMIT, "/join/password")
    somebody.types("password", "summer")
    somebody.presses(SUBMIT)
    somebody.looks("join-password")
    somebody.types("password", PASSWORD)
    somebody.presses(SUBMIT, "/join/confirm")
    somebody.looks("join-confirm")
    somebody.presses(SUBMIT, "/join/welcome")
    somebody.looks("welcome")


def goes_to(somebody: Person, store: str, words: str) -> str:
    """Find a store by its name and press "Go to store"; answer the click id it is reached with."""
    somebody.opens("/")
    somebody.looks("stores")
    somebody.types("q", words)
    somebody.page.keyboard.press("Enter")
    somebody.page.wait_for_url(re.compile(r"q="))
    somebody.presses(f"a[href='/stores/{store}']")
    somebody.looks("store")
    with somebody.page.expect_response(re.compile("/go/")) as answer:
        somebody.page.click("a.go")
    leads_to = answer.value.headers["location"]
    return re.findall(r"[A-Za-z0-9_-]{64}", leads_to)[0]


def buys(stack: RunningStack, store: str, click_id: str, rubles: int) -> tuple[str, int]:
    """Let the store sell and report it; answer the order and the points that it is worth."""
    order = Shop(stack.system).sell(store, click_id, rubles * 100)
    return order, rubles * Clerk(stack.system).rate_basis_points(store) // 10_000


def sees(somebody: Person, label: str, least: int) -> int:
    """Ask for the first page until beside a label stands at least a sum; then look at it."""
    # The browser's own language: the page that is open may be the store's, in any.
    language = somebody.page.evaluate("navigator.language")

    def sum_there() -> int:
        asked = somebody.page.request.get(
            f"{somebody.base}/me", headers={"Accept-Language": language}
        )
        found = re.search(rf"{label}(\d+)", _TAGS_AND_SPACE.sub("", asked.text()))
        return int(found[1]) if found else 0

    eventually(lambda: sum_there() >= least, what=f"{label} {least}", every=0.5)
    somebody.opens("/me")
    return sum_there()


def saves_for_a_smartphone(somebody: Person, denomination: int) -> None:
    somebody.opens("/me/goals/new")
    somebody.looks("new-goal")
    somebody.page.select_option("[name=target]", str(denomination))
    somebody.presses("section.kind:last-child form.form button", "/me/goals")
    # It is served before the phone that everybody has from the start.
    somebody.presses(".goals > li:last-child form[action$='/move'] button", "/me/goals")
    assert somebody.page.locator(".goals > li:first-child progress").is_visible()
    somebody.looks("goals")


def shows_the_code(somebody: Person) -> str:
    somebody.opens("/me/certificates")
    somebody.looks("certificates")
    somebody.presses("main a[href$='/code']")
    somebody.looks("certificate-warning")
    somebody.presses("main form button.button")
    somebody.looks("certificate")
    return somebody.page.inner_text("#code")


def opens_a_store_that_confirms_at_once(stack: RunningStack) -> str:
    """Nobody waits thirty days in a test: answer the store's id."""
    store = f"tickets-{secrets.token_hex(3)}"
    partner = ask(stack.system.clerk("partner_postback"), "/partners")["data"][0]["partner_id"]
    file = f"""
stores:
  - store_id: {store}
    name: Tickets {store}
    partner_id: {partner}
    group: leisure
    subgroup: events
    description: Tickets for tonight.
    conditions: Confirmed as soon as they are sold.
    tracking_url: "https://tickets.example/?subid={{click_id}}"
    confirmation_days: 0
    terms:
      - valid_from: 2026-01-01
        rates: {{others: 10%}}
"""
    yaml = {"Content-Type": "application/yaml"}
    call(stack.system.clerk("catalog"), "POST", "/api/imports", data=file.encode(), headers=yaml)
    return store


def claims(somebody: Person, name: str, order: str, day: str) -> None:
    """Fill the form of a missing purchase; it is kept when it is refused."""
    somebody.opens("/me/claims/new")
    somebody.types("store", name)
    somebody.types("order", order)
    somebody.types("ordered_on", day)
    somebody.types("amount", "1250,50")
    somebody.looks("new-claim")
    somebody.presses(SUBMIT)


def a_minute_passes(stack: RunningStack) -> None:
    """A number gets a code a minute at most, and nobody waits for it in a test."""
    dsn = databases.with_database(stack.settings().admin_dsn, databases.DATABASE)
    with psycopg.connect(dsn) as admin:
        admin.execute("UPDATE members.code_sendings SET sent_at = sent_at - interval '1 minute'")


def signs_in_by_sms(somebody: Person, stack: RunningStack, phone: str, codes_before: int) -> None:
    somebody.opens("/enter")
    somebody.looks("enter")
    somebody.presses("a[href='/enter/sms']", "/enter/sms")
    somebody.looks("enter-sms")

    somebody.types("phone", phone)
    answers_the_question(somebody)
    a_minute_passes(stack)
    somebody.presses(SUBMIT, "/enter/code")
    somebody.types("code", code_sent_to(stack, phone, after=codes_before))
    somebody.presses(SUBMIT, "/me")


def erases_himself(somebody: Person, stack: RunningStack, phone: str, codes_before: int) -> None:
    """Ask for it, type the code, and be nobody."""
    somebody.opens("/me/settings/erase")
    somebody.looks("erase")

    a_minute_passes(stack)
    somebody.presses("form[action='/me/settings/erase'] button")
    somebody.types("code", code_sent_to(stack, phone, after=codes_before))
    somebody.presses("main form:has([name=code]) button.danger")
