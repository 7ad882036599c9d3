"""A forgotten password: by number and e-mail, and no page tells whose number it is."""

from datetime import timedelta

from flask import Flask

from tests.integration.account.entering.conftest import Browser
from tests.integration.members.conftest import new_phone
from tests.integration.members.people import PASSWORD, Person, new_address
from tests.support.clock import SteppedClock

NEW = "Amber-Teapot-77"


def begins(browser: Browser, person: Person, phone: str) -> None:
    browser.address = person.address
    browser.opens("/recover")
    browser.sends("/recover", phone=phone)
    browser.follows()


def test_a_new_password_by_two_codes(
    member: Browser, person: Person, stranger: Browser, clock: SteppedClock
) -> None:
    assert 'href="/recover"' in stranger.opens("/enter").text
    begins(stranger, person, person.phone)
    assert stranger.opens("/recover/password").headers["Location"] == "/recover/phone-code"
    stranger.follows()
    stranger.sends("/recover/phone-code", code="12")
    assert stranger.faults() == ["The code has six digits."]
    stranger.sends("/recover/phone-code", code=person.code())
    assert stranger.page.headers["Location"] == "/recover/email-code"
    stranger.follows()
    stranger.sends("/recover/email-code", code=person.code(person.email))
    stranger.follows()
    page = stranger.sends("/recover/password", password="summer")
    assert page.status_code == 422
    assert 'data-rule="no_digit" class="broken"' in page.text
    stranger.sends("/recover/password", password=NEW)
    assert stranger.page.headers["Location"] == "/me"
    assert stranger.opens("/me/settings").status_code == 200
    clock.move(timedelta(hours=1))
    assert member.opens("/me/settings").status_code == 303
    assert person.signs_in(PASSWORD).status_code == 422


def test_a_number_of_nobody_is_answered_alike(stranger: Browser, person: Person) -> None:
    """INVARIANT: pages never tell whether a number is registered."""
    begins(stranger, person, new_phone())
    assert "If the number is a member's" in stranger.page.text.replace("&#39;", "'")
    stranger.sends("/recover/phone-code", code="123456")
    assert stranger.faults() == ["This is not the code we sent. Look at it once more."]


def test_what_took_too_long_begins_again(
    stranger: Browser, person: Person, clock: SteppedClock
) -> None:
    begins(stranger, person, person.phone)
    clock.move(timedelta(hours=1))
    stranger.sends("/recover/phone-code", code="123456")
    assert stranger.page.headers["Location"] == "/recover"
    assert "more than half an hour" in stranger.follows().text


def test_steps_cannot_be_jumped(site: Flask) -> None:
    browser = Browser(site.test_client(), new_address())
    for step in ("phone-code", "email-code", "password"):
        assert browser.opens(f"/recover/{step}").headers["Location"] == "/recover"
    assert browser.opens("/recover/nothing").status_code == 404
