"""Sign-in on pages: by password, by SMS, on a remembered device, and back to where one was."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.integration.account.entering.conftest import Browser
from tests.integration.account.entering.test_join import joins
from tests.integration.members.people import PASSWORD, Person
from tests.support.clock import SteppedClock


@pytest.fixture
def member(browser: Browser, person: Person) -> Person:
    """A member who is signed out again."""
    joins(browser, person)
    browser.opens("/join/welcome")
    browser.sends("/leave")
    return person


def test_by_password_and_back_to_the_page_that_was_wanted(browser: Browser, member: Person) -> None:
    browser.opens("/me?status=accrued")
    assert browser.page.status_code == 303
    browser.follows()
    page = browser.sends("/enter", phone=member.phone, password="Wrong-Kettle-42")
    assert page.status_code == 422
    assert "do not go together" in page.text
    assert member.phone in page.text
    assert "Wrong-Kettle-42" not in page.text
    browser.sends("/enter", phone=member.phone, password=PASSWORD)
    assert browser.page.headers["Location"] == "/me?status=accrued"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(browser: Browser, member: Person, back: str) -> None:
    browser.opens("/enter?back=" + back)
    browser.sends("/enter", phone=member.phone, password=PASSWORD)
    assert browser.page.headers["Location"] == "/me"


def test_by_sms(browser: Browser, member: Person, clock: SteppedClock) -> None:
    clock.move(timedelta(minutes=2))
    browser.opens("/enter/sms")
    browser.sends("/enter/sms", phone=member.phone)
    browser.follows()
    browser.sends("/enter/code", code="12")
    assert browser.faults() == ["The code has six digits."]
    browser.sends("/enter/code", code=member.code())
    assert browser.page.headers["Location"] == "/me"


def test_a_strangers_number_is_answered_alike(browser: Browser, member: Person) -> None:
    """INVARIANT: pages never tell whether a number is registered."""
    browser.address = "198.51.100.9"
    browser.opens("/enter/sms")
    browser.sends("/enter/sms", phone="+79261110022")
    assert browser.page.headers["Location"] == "/enter/code"
    browser.follows()
    assert browser.page.status_code == 200
    assert member.phone not in browser.page.text


def test_a_session_name_from_before_is_worth_nothing(browser: Browser, member: Person) -> None:
    browser.opens("/enter")
    before = browser.client.get_cookie("cashback_visit", domain="site.test")
    browser.sends("/enter", phone=member.phone, password=PASSWORD)
    after = browser.client.get_cookie("cashback_visit", domain="site.test")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_a_remembered_device_is_known_again_until_it_is_signed_out(
    browser: Browser, site: Flask, member: Person, clock: SteppedClock
) -> None:
    browser.opens("/enter")
    browser.sends("/enter", phone=member.phone, password=PASSWORD, remember="yes")
    device = browser.client.get_cookie("cashback_device", domain="site.test")
    assert device is not None
    clock.move(timedelta(days=40))
    later = Browser(site.test_client(), member.address)
    later.client.set_cookie("cashback_device", device.value, domain="site.test")
    assert later.opens("/join/welcome").status_code == 200
    later.sends("/leave")
    other = Browser(site.test_client(), member.address)
    other.client.set_cookie("cashback_device", device.value, domain="site.test")
    assert other.opens("/join/welcome").status_code == 303


@pytest.mark.parametrize("forged", ["x", "x.y", "..", "a" * 4000, "%00.%00"])
def test_a_forged_device_is_a_stranger(site: Flask, forged: str) -> None:
    browser = Browser(site.test_client())
    browser.client.set_cookie("cashback_device", forged, domain="site.test")
    assert browser.opens("/join/welcome").status_code == 303
