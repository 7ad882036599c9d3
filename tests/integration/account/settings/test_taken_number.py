"""Sign-up with the number of a member who was away for a year: sign in, or claim it and wait."""

from datetime import timedelta

import pytest

from tests.integration.account.entering.conftest import Browser
from tests.integration.account.entering.test_join import begins
from tests.integration.members.people import Person
from tests.support.clock import SteppedClock

DAY = timedelta(days=1)


@pytest.fixture
def newcomer(stranger: Browser, person: Person, clock: SteppedClock) -> Browser:
    """The browser of a number's new owner, who has just proved it."""
    person.joins()
    clock.move(366 * DAY)
    owner = Person(person.desk, person.engine, phone=person.phone)
    begins(stranger, owner)
    stranger.sends("/join/phone-code", code=owner.code())
    assert stranger.page.headers["Location"] == "/join/taken"
    stranger.follows()
    return stranger


def test_a_number_is_claimed_with_notice_and_grace(
    newcomer: Browser, person: Person, clock: SteppedClock
) -> None:
    assert "has not been here for a year" in newcomer.page.text
    assert 'href="/enter/sms"' in newcomer.page.text
    assert newcomer.opens("/join/email").headers["Location"] == "/join/taken"
    newcomer.follows()
    newcomer.sends("/join/taken")
    page = newcomer.follows().text
    assert "We have written to the member" in page
    assert [one["kind"] for one in person.letters(person.email)] == ["number_claimed"]
    free_at = clock() + 14 * DAY
    assert f"{free_at:%B}" in page
    clock.move(14 * DAY)
    owner = Person(person.desk, person.engine, phone=person.phone)
    begins(newcomer, owner)
    newcomer.sends("/join/phone-code", code=owner.code())
    assert newcomer.page.headers["Location"] == "/join/email"


def test_a_member_who_is_back_keeps_his_number(newcomer: Browser, person: Person) -> None:
    assert person.signs_in().status_code == 200
    page = newcomer.sends("/join/taken")
    assert page.status_code == 422
    assert "has just been here" in page.text
