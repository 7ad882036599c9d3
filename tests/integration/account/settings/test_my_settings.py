"""Settings on pages: each form keeps what was chosen, says what was done, and guards the rest."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

from services.account.telling.sums import masked
from tests.integration.account.entering.conftest import Browser
from tests.integration.members.conftest import CLERK
from tests.integration.members.people import PASSWORD, Person
from tests.support.clock import SteppedClock

NEW = "Amber-Teapot-77"
HOUR = timedelta(hours=1)
HERE = "/me/settings"


def enters(browser: Browser, person: Person, password: str = PASSWORD) -> int:
    """Answer with which status a sign-in by password ends."""
    browser.address = person.address
    browser.opens("/enter")
    return browser.sends("/enter", phone=person.phone, password=password).status_code


def devices(browser: Browser) -> list[str]:
    """Answer the ids of the devices on the page, this one first."""
    page = browser.opens(f"{HERE}/devices").text
    return [part.split("/", 1)[0] for part in page.split(f'action="{HERE}/devices/')[1:]]


def test_whose_account_it_is_and_the_way_out(member: Browser, person: Person) -> None:
    page = member.opens(HERE).text
    assert f"You are signed in as {masked(person.phone)}" in unescape(page)
    assert page.count('action="/leave"') == 2
    assert member.opens("/leave").status_code == 405
    member.opens(HERE)
    assert member.sends("/leave").headers["Location"] == "/"
    assert member.opens(HERE).headers["Location"].startswith("/enter?back=")


def test_a_name_and_a_language_are_kept_and_spoken(member: Browser) -> None:
    member.opens(f"{HERE}/name")
    page = member.sends(f"{HERE}/name", name="a\u202eb", language="sv")
    assert page.status_code == 422
    assert member.faults() == ["Leave out characters that cannot be seen."]
    member.sends(f"{HERE}/name", name="<b>Åsa</b>", language="sv")
    page = member.follows()
    assert "Ditt namn och språk är sparade." in page.text
    assert "Du är inloggad som &lt;b&gt;Åsa&lt;/b&gt;." in page.text
    assert 'value="&lt;b&gt;Åsa&lt;/b&gt;"' in member.opens(f"{HERE}/name").text


def test_news_come_as_chosen_and_the_nights_are_quiet(member: Browser) -> None:
    page = member.opens(f"{HERE}/notices").text
    assert page.count(" checked") == 8  # SMS and site of four kinds
    page = member.sends(f"{HERE}/notices", claims_email="yes", quiet_from="22:00").text
    assert member.faults() == ["Give both times, such as 22:00 and 09:00, or none."]
    assert page.count(" checked") == 1
    member.sends(f"{HERE}/notices", claims_email="yes", quiet_from="22:00", quiet_until="9:00")
    assert "Quiet from 22:00 to 09:00" in member.follows().text
    page = member.opens(f"{HERE}/notices").text
    assert page.count(" checked") == 1
    assert 'name="claims_email" type="checkbox" value="yes" checked' in page
    assert 'value="09:00"' in page


def test_a_device_is_signed_out_from_afar(
    member: Browser, person: Person, stranger: Browser, clock: SteppedClock
) -> None:
    assert enters(stranger, person) == 303
    here, other = devices(member)[:2]
    assert devices(stranger)[0] == other
    member.opens(f"{HERE}/devices")
    member.sends(f"{HERE}/devices/{other}/end")
    assert "The device is signed out." in member.follows().text
    assert devices(member) == [here]
    clock.move(HOUR)
    assert stranger.opens(HERE).status_code == 303
    member.opens(HERE)
    assert member.sends(f"{HERE}/devices/{uuid4()}/end").status_code == 404


def test_all_others_are_signed_out_and_nobody_elses(
    member: Browser, person: Person, stranger: Browser, clock: SteppedClock
) -> None:
    """INVARIANT: nobody signs out another member's device."""
    other_person = Person(person.desk, person.engine)
    enters(stranger, person)
    theirs = other_person.joins()
    member.opens(f"{HERE}/devices")
    assert member.sends(f"{HERE}/devices/{theirs['device_id']}/end").status_code == 404
    member.opens(f"{HERE}/devices")
    member.sends(f"{HERE}/devices/end-others")
    assert len(devices(member)) == 1
    clock.move(HOUR)
    assert member.opens(HERE).status_code == 200
    assert stranger.opens(HERE).status_code == 303
    assert other_person.renews(theirs).status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one(
    member: Browser, person: Person, stranger: Browser, clock: SteppedClock
) -> None:
    enters(stranger, person)
    before = member.client.get_cookie("cashback_visit", domain="site.test")
    member.opens(f"{HERE}/password")
    member.sends(f"{HERE}/password", old_password="Wrong-1-Kettle", password=NEW)
    assert member.faults() == ["This is not your password."]
    page = member.sends(f"{HERE}/password", old_password=PASSWORD, password="summer")
    assert 'data-rule="no_digit" class="broken"' in page.text
    assert "summer" not in page.text
    assert PASSWORD not in page.text
    member.sends(f"{HERE}/password", old_password=PASSWORD, password=NEW)
    assert "The new password is set." in member.follows().text
    after = member.client.get_cookie("cashback_visit", domain="site.test")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    clock.move(HOUR)
    assert member.opens(HERE).status_code == 200
    assert stranger.opens(HERE).status_code == 303
    assert enters(stranger, person) == 422
    assert enters(stranger, person, NEW) == 303


def test_who_was_blocked_meanwhile_is_told_so(member: Browser, person: Person) -> None:
    member_id = person.signs_in().get_json()["member_id"]
    said = {"reason": "his SIM card was stolen", "clerk": "anna"}
    path = f"/members/{member_id}/block"
    assert person.desk.ask("POST", path, key=CLERK, json=said).status_code == 200
    assert member.opens(HERE).headers["Location"] == "/me"
    assert "This account is blocked." in member.follows().text
