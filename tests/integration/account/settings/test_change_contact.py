"""Another number or e-mail on pages: both codes on one page, each told beside its own field."""

from datetime import timedelta

from services.account.telling.sums import masked, telephone
from tests.integration.account.entering.conftest import Browser
from tests.integration.members.conftest import new_phone
from tests.integration.members.people import Person, new_email
from tests.integration.members.relatives import wrong
from tests.support.clock import SteppedClock

CHANGE = "/me/settings/change"


def test_a_number_changes_when_both_ends_confirm(member: Browser, person: Person) -> None:
    new = new_phone()
    member.opens("/me/settings/phone")
    member.sends("/me/settings/phone", new="12")
    assert "Give a mobile number" in member.faults()[0]
    member.sends("/me/settings/phone", new=person.phone)
    assert member.faults() == ["This is what we have already."]
    member.sends("/me/settings/phone", new=new)
    page = member.follows().text
    assert f">{new}<" in page
    assert person.phone not in page
    old_code, new_code = person.code(), person.code(new)
    page = member.sends(f"{CHANGE}/new", new_code=wrong(new_code)).text
    assert member.faults() == ["This is not the code we sent. Look at it once more."]
    assert 'id="new_code-fault"' in page
    member.sends(f"{CHANGE}/new", new_code=new_code)
    page = member.follows().text
    assert "Confirmed" in page
    assert 'name="new_code"' not in page
    member.sends(f"{CHANGE}/old", old_code=f" {old_code[:3]} {old_code[3:]}")
    page = member.follows().text
    assert "Your number is changed." in page
    assert telephone(new) in page
    assert masked(new) in page.partition("<main")[0]
    assert member.opens(CHANGE).status_code == 303


def test_an_email_changes_by_both_mailboxes(
    member: Browser, person: Person, clock: SteppedClock
) -> None:
    new = new_email()
    member.opens("/me/settings/email")
    member.sends("/me/settings/email", new="no mail")
    assert member.faults() == ["Give an e-mail address, such as name@example.com."]
    member.sends("/me/settings/email", new=new)
    member.follows()
    member.sends(f"{CHANGE}/old/again")
    assert "A code is on its way." in member.faults()[0]
    clock.move(timedelta(minutes=2))
    member.sends(f"{CHANGE}/old/again")
    member.follows()
    for end, to in (("old", person.email), ("new", new)):
        member.sends(f"{CHANGE}/{end}", **{f"{end}_code": person.code(to)})
        member.follows()
    assert "Your e-mail is set." in member.page.text
    assert new in member.page.text


def test_a_number_of_another_member_is_told_to_him_alone(member: Browser, person: Person) -> None:
    """INVARIANT: the page of a taken number is that of a free one."""
    taken = person.desk.register()["phone"]
    member.opens("/me/settings/phone")
    member.sends("/me/settings/phone", new=taken)
    page = member.follows()
    assert page.status_code == 200
    assert 'name="new_code"' in page.text
    member.sends(f"{CHANGE}/new", new_code="123456")
    assert member.faults() == ["This is not the code we sent. Look at it once more."]


def test_a_change_that_took_too_long_begins_again(member: Browser, clock: SteppedClock) -> None:
    member.opens("/me/settings/email")
    member.sends("/me/settings/email", new=new_email())
    member.follows()
    clock.move(timedelta(hours=2))
    member.opens(CHANGE)
    member.sends(f"{CHANGE}/new", new_code="123456")
    assert member.page.headers["Location"] == "/me/settings/email"
    assert "That took more than an hour." in member.follows().text
