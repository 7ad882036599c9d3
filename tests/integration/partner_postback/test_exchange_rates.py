"""Exchange rates: taken in whole, never changed in silence, fixed for a conversion once recorded.

Rates belong to nobody's partner, so each test has a database of its own.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from services.partner_postback.api.app import build
from services.partner_postback.config import Settings
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.test_hold_and_retry import retry
from tests.support.clock import SteppedClock
from tests.unit.partner_postback.test_central_bank import DOLLAR, DONG, SDR, document


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    return fresh_engine("partner_postback")


@pytest.fixture
def desk(settings: Settings, engine: Engine, clock: SteppedClock) -> Iterator[Desk]:
    app = build(settings, clock)
    with app.test_client() as client:
        yield Desk(client, engine, clock)
    app.extensions["engine"].dispose()


def take_in(desk: Desk, sent: bytes, **asked: str) -> TestResponse:
    return desk.client.post("/rates/import", data=sent, headers=CLERK, query_string=asked)


def kept(desk: Desk) -> dict[str, int]:
    with desk.engine.connect() as connection:
        return dict(connection.execute(text("SELECT currency, rate_micro FROM rates")).all())  # type: ignore[arg-type]


def today(desk: Desk, *lines: str) -> bytes:
    return document(*lines, date=desk.clock().strftime("%d.%m.%Y"))


def said(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    return dict(answer.json)


def test_a_file_is_taken_in_and_listed(desk: Desk) -> None:
    answer = said(take_in(desk, today(desk, DOLLAR, DONG, SDR)))
    assert (answer["new"], answer["skipped"]) == (["USD", "VND"], ["XDR"])
    assert answer["valid_from"] == "2026-11-22T21:00:00Z"
    listed = said(desk.client.get("/rates", headers=CLERK))["data"]
    assert [(one["currency"], one["rate_micro"]) for one in listed] == [
        ("USD", 78_123_400), ("VND", 4_692),
    ]  # fmt: skip
    assert {one["valid_until"] for one in listed} == {"2026-12-06T21:00:00Z"}


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    take_in(desk, today(desk, DOLLAR))
    answer = said(take_in(desk, today(desk, DOLLAR)))
    assert (answer["new"], answer["unchanged"]) == ([], ["USD"])
    assert kept(desk) == {"USD": 78_123_400}


def test_a_dry_run_says_what_would_become_and_keeps_nothing(desk: Desk) -> None:
    answer = said(take_in(desk, today(desk, DOLLAR), dry_run="true"))
    assert (answer["new"], answer["dry_run"]) == (["USD"], True)
    assert kept(desk) == {}


def test_another_rate_for_a_day_is_refused_whole_unless_the_clerk_means_it(desk: Desk) -> None:
    """INVARIANT: a typing error or a forged file must not move a day's rates in silence."""
    take_in(desk, today(desk, DOLLAR))
    other = today(desk, DONG, DOLLAR.replace("78,1234", "87,1234"))
    refused = take_in(desk, other)
    assert refused.status_code == 409
    assert said(refused)["code"] == "rate_differs"
    assert said(refused)["errors"][0]["field"] == "USD"
    assert kept(desk) == {"USD": 78_123_400}
    assert said(take_in(desk, other, replace="true"))["replaced"] == ["USD"]
    assert kept(desk) == {"USD": 87_123_400, "VND": 4_692}


def test_a_wrong_line_keeps_the_whole_file_out(desk: Desk) -> None:
    refused = take_in(desk, today(desk, DONG, DOLLAR.replace("78,1234", "-78,1234")))
    assert refused.status_code == 422
    assert said(refused)["errors"][0]["field"] == "USD"
    assert kept(desk) == {}


@pytest.mark.parametrize("sent", [b"", b"<html/>", b"\xff" * 100, b"<a>" * 100_000])
def test_what_is_no_file_is_refused(desk: Desk, sent: bytes) -> None:
    refused = take_in(desk, sent)
    assert (refused.status_code, said(refused)["code"]) == (422, "invalid_rates")


def test_a_day_far_ahead_is_refused(desk: Desk) -> None:
    assert take_in(desk, document(DOLLAR, date="25.11.2027")).status_code == 422


def test_only_clerks_take_rates_in(desk: Desk) -> None:
    assert desk.client.post("/rates/import", data=today(desk, DOLLAR)).status_code == 401
    assert desk.client.get("/rates").status_code == 401


def in_dollars(partner: Partner) -> dict[str, Any]:
    return partner.report(amount={"amount_minor": 2609, "currency": "USD"})


def test_the_rate_of_a_conversion_is_that_of_its_first_recording(desk: Desk) -> None:
    """INVARIANT: later rates move no bonus. An approval that looked the rate up would show here."""
    desk.store()
    partner = desk.partner()
    take_in(desk, today(desk, DOLLAR))
    report = in_dollars(partner)
    assert partner.send(report).status_code == 200
    desk.clock.move(timedelta(days=1))
    take_in(desk, today(desk, DOLLAR.replace("78,1234", "99,0000")))
    partner.send(partner.later(report, "approved"))
    rates = [(event["data"]["status"], event["data"]["rate_micro"]) for event in desk.events()]
    assert rates == [("reported", 78_123_400), ("approved", 78_123_400)]


def test_one_that_was_held_gets_the_rate_of_the_day_it_is_recorded(desk: Desk) -> None:
    desk.store()
    partner = desk.partner()
    answer = partner.send(in_dollars(partner))
    assert said(answer)["code"] == "no_rate"
    desk.clock.move(timedelta(days=1))
    take_in(desk, today(desk, DOLLAR.replace("78,1234", "80,0000")))
    assert retry(desk) == 1
    take_in(desk, document(DOLLAR, date="25.11.2026"))
    desk.clock.move(timedelta(days=1))
    assert retry(desk) == 0
    assert [event["data"]["rate_micro"] for event in desk.events()] == [80_000_000]


def test_a_rate_holds_over_holidays_and_then_is_missing(desk: Desk) -> None:
    """A month without a file must hold orders in dollars, not count them at an old rate."""
    desk.store()
    partner = desk.partner()
    take_in(desk, today(desk, DOLLAR))
    desk.clock.move(timedelta(days=13))
    assert partner.send(in_dollars(partner)).status_code == 200
    desk.clock.move(timedelta(days=1))
    answer = partner.send(in_dollars(partner))
    assert (answer.status_code, said(answer)["code"]) == (202, "no_rate")
    assert said(desk.client.get("/rates", headers=CLERK))["data"] == []
    assert retry(desk) == 0
    take_in(desk, today(desk, DOLLAR))
    assert retry(desk) == 1


def test_a_rate_set_by_hand_holds_until_the_next(desk: Desk) -> None:
    desk.rate("USD", 70_000_000)
    desk.clock.move(timedelta(days=100))
    (listed,) = said(desk.client.get("/rates", headers=CLERK))["data"]
    assert (listed["rate_micro"], listed["valid_until"]) == (70_000_000, None)
    desk.clock.move(timedelta(days=1))
    take_in(desk, today(desk, DOLLAR))
    (listed,) = said(desk.client.get("/rates", headers=CLERK))["data"]
    assert listed["rate_micro"] == 78_123_400


def test_a_file_does_not_count_before_its_day(desk: Desk) -> None:
    take_in(desk, document(DOLLAR, date="24.11.2026"))  # it is noon of the 23rd
    assert said(desk.client.get("/rates", headers=CLERK))["data"] == []
    desk.clock.move(timedelta(hours=9))
    assert len(said(desk.client.get("/rates", headers=CLERK))["data"]) == 1
