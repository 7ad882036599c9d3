"""A device is forgotten by members' own word alone; whoever cannot be asked is no such word."""

from datetime import timedelta

import pytest
from flask import Flask

from services.account.services import Service
from shared.http_client import HttpClient
from tests.integration.account.entering.conftest import NOWHERE, Browser
from tests.integration.account.entering.test_join import joins
from tests.integration.members.people import Person
from tests.support.clock import SteppedClock

HOUR = timedelta(hours=1)


@pytest.fixture
def joined(browser: Browser, person: Person) -> Browser:
    """The browser of a member."""
    joins(browser, person)
    return browser


def device(browser: Browser) -> str | None:
    cookie = browser.client.get_cookie("cashback_device", domain="site.test")
    return cookie and cookie.value


@pytest.mark.parametrize("status", [429, 503, 401])
def test_who_cannot_be_renewed_now_is_renewed_later(
    joined: Browser, site: Flask, clock: SteppedClock, served: object, status: int
) -> None:
    """INVARIANT: a busy, a silent or a confused members service signs nobody out."""
    kept, services = device(joined), site.extensions["account"].services
    busy = Flask("busy")

    @busy.route("/<path:path>", methods=["GET", "POST"])
    def refuse(path: str) -> tuple[dict[str, str], int]:
        return {"code": "busy", "detail": path}, status

    right = services.members
    clock.move(HOUR)
    object.__setattr__(services, "members", Service(HttpClient(served(busy))))  # type: ignore[operator]
    page = joined.opens("/join/welcome")
    assert page.status_code == 503
    assert "does not answer just now" in page.text
    assert device(joined) == kept
    object.__setattr__(services, "members", right)
    assert joined.opens("/join/welcome").status_code == 200


def test_who_was_signed_out_is_a_stranger(
    joined: Browser, person: Person, clock: SteppedClock
) -> None:
    device_id, _, secret = str(device(joined)).partition(".")
    person.ask("POST", f"/devices/{device_id}/end", {"device_secret": secret})
    clock.move(HOUR)
    assert joined.opens("/join/welcome").status_code == 303
    assert "Sign in" in joined.opens("/enter").text


def test_nobody_is_told_that_he_signed_out_who_did_not(joined: Browser, site: Flask) -> None:
    services, kept = site.extensions["account"].services, device(joined)
    joined.opens("/join/welcome")
    object.__setattr__(services, "members", Service(HttpClient(NOWHERE)))
    assert joined.sends("/leave").status_code == 503
    assert device(joined) == kept


def test_a_device_that_is_no_secret_of_ours_is_nobodys(site: Flask) -> None:
    stranger = Browser(site.test_client())
    forged = "00000000-0000-4000-8000-000000000000." + "a" * 3000
    stranger.client.set_cookie("cashback_device", forged, domain="site.test")
    assert stranger.opens("/join/welcome").status_code == 303
