"""A member takes his data along, or has them erased: in two steps, and for good."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from tests.integration.account.entering.conftest import Browser
from tests.integration.account.me.neighbours import CERTIFICATE, Neighbours, balance, bonus
from tests.integration.members.people import Person
from tests.integration.members.relatives import wrong

CODE = "/me/settings/erase/code"


def test_one_file_has_what_every_service_holds(
    member: Browser, person: Person, money: Neighbours
) -> None:
    money.answers["GET /me/certificates"] = {
        "data": [{"certificate_id": CERTIFICATE, "denomination": 500, "status": "issued"}]
    }
    page = member.opens("/me/settings/data.json")
    assert page.headers["Content-Disposition"].startswith("attachment; filename=cashback-")
    assert page.headers["Cache-Control"] == "no-store"
    held = json.loads(page.text)
    assert held["account"]["profile"]["phone"] == person.phone
    assert held["account"]["favourites"] == []
    assert held["balance"] == balance(accrued=450)
    assert held["bonuses"] == [bonus()]
    assert [one["denomination"] for one in held["certificates"]] == [500]
    assert len(held["goals"]) == 1
    assert [held[name] for name in ("claims", "clicks", "payouts", "notices")] == [[]] * 4


def test_lists_of_many_pages_are_in_it_to_the_last(member: Browser, money: Neighbours) -> None:
    ids = [str(number) for number in range(30_000)]
    money.answers["GET /me/clicks"] = partial(_page, ids)
    held = json.loads(member.opens("/me/settings/data.json").data)
    assert [one["click_id"] for one in held["clicks"]] == ids


@pytest.mark.parametrize("what", ["GET /me/certificates", "GET /me/notices"])
def test_a_file_is_whole_or_there_is_none(member: Browser, money: Neighbours, what: str) -> None:
    money.answers[what] = (503, {})
    assert member.opens("/me/settings/data.json").status_code == 503


def test_a_list_that_never_ends_is_given_up(member: Browser, money: Neighbours) -> None:
    money.answers["GET /me/payouts"] = {"data": [], "next": "7"}
    assert member.opens("/me/settings/data.json").status_code == 503


def test_an_account_is_erased_in_two_steps(member: Browser, person: Person) -> None:
    page = member.opens("/me/settings/erase").text
    assert "450\N{NO-BREAK SPACE}₽" in page
    assert person.phone not in page
    assert member.opens(CODE).headers["Location"] == "/me/settings/erase"
    member.opens("/me/settings/erase")
    member.sends("/me/settings/erase")
    assert member.page.headers["Location"] == CODE
    member.opens("/me/settings/erase")
    member.sends("/me/settings/erase")  # a second click
    assert member.page.headers["Location"] == CODE
    member.follows()
    code = person.code()
    member.sends(CODE, code=wrong(code))
    assert member.faults() == ["This is not the code we sent. Look at it once more."]
    assert member.opens("/me/settings").status_code == 200
    member.opens(CODE)
    member.sends(CODE, code=code)
    assert member.page.headers["Location"] == "/"
    assert member.client.get_cookie("cashback_device", domain="site.test") is None
    assert member.opens("/me/settings").headers["Location"].startswith("/enter")
    assert "Your account is erased." in member.follows().text
    assert person.signs_in().status_code == 422


def _page(ids: Sequence[str], asked: Mapping[str, str]) -> dict[str, Any]:
    after, limit = int(asked.get("after", 0)), int(asked["limit"])
    upto = after + limit
    return {
        "data": [{"click_id": one} for one in ids[after:upto]],
        "next": str(upto) if upto < len(ids) else None,
    }
