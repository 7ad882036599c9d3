"""Sign-up on pages: a step a page, nothing told of others, everything kept that was typed."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.integration.account.entering.conftest import Browser
from tests.integration.members.people import PASSWORD, Person
from tests.support.clock import SteppedClock


def begins(browser: Browser, person: Person) -> None:
    browser.address = person.address
    browser.opens("/join")
    browser.sends("/join", phone=person.phone)
    browser.follows()


def joins(browser: Browser, person: Person) -> None:
    """The whole way to the welcome page."""
    begins(browser, person)
    browser.sends("/join/phone-code", code=person.code())
    browser.follows()
    browser.sends("/join/email", email=person.email)
    browser.follows()
    browser.sends("/join/email-code", code=person.code(person.email))
    browser.follows()
    browser.sends("/join/password", password=PASSWORD)
    browser.follows()
    browser.sends("/join/confirm", remember="yes")
    browser.follows()


def test_a_stranger_becomes_a_member(browser: Browser, person: Person) -> None:
    joins(browser, person)
    assert browser.page.status_code == 200
    assert "Welcome!" in browser.page.text
    assert "My account" in browser.page.text
    device = browser.client.get_cookie("cashback_device", domain="site.test")
    assert device is not None
    assert device.http_only


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12", "Give a mobile number"),
        ("", "Give a mobile number"),
        ("+7495123\u202e4567", "Give a mobile number"),
        ("9" * 5000, "Give a mobile number"),
    ],
)
def test_a_number_that_is_none_is_told_beside_it(
    browser: Browser, person: Person, typed: str, said: str
) -> None:
    browser.address = person.address
    browser.opens("/join")
    page = browser.sends("/join", phone=typed)
    assert page.status_code == 422
    assert any(said in fault for fault in browser.faults())
    assert 'aria-invalid="true"' in page.text


def test_what_was_typed_is_kept_and_shown_as_text(browser: Browser, person: Person) -> None:
    """INVARIANT: script in a field is text."""
    browser.address = person.address
    browser.opens("/join")
    page = browser.sends("/join", phone='"><script>alert(1)</script>', invitation_code="none-such")
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert 'value="none-such"' in page.text


def test_a_taken_number_looks_like_a_free_one(
    browser: Browser, person: Person, site: Flask, clock: SteppedClock
) -> None:
    """INVARIANT: pages never tell whether a number is registered."""
    joins(browser, person)
    clock.move(timedelta(minutes=10))
    stranger = Browser(site.test_client())
    begins(stranger, Person(person.desk, person.engine, phone=person.phone))
    assert stranger.page.status_code == 200
    assert "We have sent a code to" in stranger.page.text
    stranger.sends("/join/phone-code", code="123456")
    assert stranger.page.status_code == 422
    assert any("not the code" in fault for fault in stranger.faults())


def test_a_wrong_code_is_told_and_not_shown_again(browser: Browser, person: Person) -> None:
    begins(browser, person)
    right = person.code()
    wrong = "111111" if right != "111111" else "222222"
    page = browser.sends("/join/phone-code", code=wrong)
    assert page.status_code == 422
    assert wrong not in page.text
    page = browser.sends("/join/phone-code", code="12345")
    assert browser.faults() == ["The code has six digits."]
    browser.sends("/join/phone-code", code=right)
    assert browser.page.headers["Location"] == "/join/email"


def test_another_code_is_sent_after_a_minute(
    browser: Browser, person: Person, clock: SteppedClock
) -> None:
    begins(browser, person)
    first = person.code()
    page = browser.sends("/join/phone-code/again")
    assert page.status_code == 422
    assert any("on its way" in fault for fault in browser.faults())
    clock.move(timedelta(minutes=2))
    browser.sends("/join/phone-code/again")
    browser.follows()
    second = person.code()
    assert second != first
    browser.sends("/join/phone-code", code=second)
    assert browser.page.headers["Location"] == "/join/email"


def test_each_broken_rule_of_a_password_is_marked(browser: Browser, person: Person) -> None:
    begins(browser, person)
    browser.sends("/join/phone-code", code=person.code())
    browser.follows()
    browser.sends("/join/email", email="no mail")
    assert browser.faults() == ["Give an e-mail address, such as name@example.com."]
    browser.sends("/join/email", email=person.email)
    browser.follows()
    browser.sends("/join/email-code", code=person.code(person.email))
    browser.follows()
    page = browser.sends("/join/password", password="summer")
    assert page.status_code == 422
    for rule in ("too_short", "no_upper_case", "no_digit"):
        assert f'data-rule="{rule}" class="broken"' in page.text
    assert "summer" not in page.text


def test_steps_cannot_be_jumped(browser: Browser, person: Person) -> None:
    assert browser.opens("/join/password").headers["Location"] == "/join"
    begins(browser, person)
    for step in ("email", "email-code", "password", "confirm"):
        assert browser.opens(f"/join/{step}").headers["Location"] == "/join/phone-code"
    assert browser.opens("/join/nothing").status_code == 404


def test_a_double_click_joins_once(browser: Browser, person: Person) -> None:
    joins(browser, person)
    browser.sends("/join/confirm", remember="yes")
    assert browser.page.status_code == 303


def test_a_question_serves_where_no_script_runs(browser: Browser, person: Person) -> None:
    browser.address = person.address
    page = browser.opens("/join")
    assert "<noscript>" in page.text
    refused = browser.client.post(
        "/join",
        base_url="http://site.test",
        environ_base={"REMOTE_ADDR": person.address},
        data={
            "csrf_token": page.text.split('name="csrf_token" value="')[1].split('"')[0],
            "phone": person.phone,
            "question_challenge": page.text.split('question_challenge" value="')[1].split('"')[0],
            "question_answer": "a hundred",
        },
    )
    assert refused.status_code == 422
    assert "The answer to the question was not right" in refused.text
