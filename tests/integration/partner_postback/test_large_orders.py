"""What is worth more than an order can be waits for a clerk; nothing that cannot be kept passes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLICK_KEY, Desk, Partner

BILLION = {"amount_minor": 1_000_000_000_00, "currency": "RUB"}
MORE = {"amount_minor": 1_000_000_000_01, "currency": "RUB"}


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def told(partner: Partner, body: object) -> tuple[int, str]:
    answer = partner.send(body)
    assert answer.json
    return answer.status_code, answer.json["code"]


def test_a_report_above_a_billion_rubles_waits_for_a_clerk(desk: Desk, partner: Partner) -> None:
    """INVARIANT: no event says more than readers can count; no retry lets such a report through."""
    answer = partner.send(partner.report(amount=MORE))
    assert answer.json
    assert (answer.status_code, answer.json["verdict"]) == (202, "held")
    assert answer.json["code"] == "amount_too_large"
    assert "1 000 000 000 rubles" in answer.json["detail"]
    assert told(partner, partner.report(amount=BILLION)) == (200, "recorded")
    for _ in range(2):
        desk.clock.move(timedelta(minutes=11))
        desk.store(days=60)
        clicks = ClickIds([CLICK_KEY])
        retry = HeldRetry(desk.engine, Directory(desk.engine), clicks, desk.clock, desk.clock())
        assert retry.retry_once() == 0
    assert desk.count("held") == desk.count("conversions") == 1


@pytest.mark.parametrize("status", ["amended", "approved", "declined", "returned"])
def test_a_later_message_above_a_billion_rubles_waits_too(
    desk: Desk, partner: Partner, status: str
) -> None:
    report = partner.report()
    assert told(partner, report) == (200, "recorded")
    later = partner.later(report, status, amount=MORE)
    assert told(partner, later) == (202, "amount_too_large")
    assert len(desk.events()) == 1


def test_a_conversions_own_rate_tells_what_it_is_worth(desk: Desk, partner: Partner) -> None:
    """The rate may have changed since: what was recorded is valued as it was then."""
    desk.rate("USD", 100_000_000)
    largest = {"amount_minor": 10_000_000_00, "currency": "USD"}
    report = partner.report(amount=largest)
    assert told(partner, report) == (200, "recorded")
    desk.clock.move(timedelta(seconds=1))
    desk.rate("USD", 200_000_000)
    assert told(partner, partner.report(amount=largest)) == (202, "amount_too_large")
    assert told(partner, partner.later(report, "approved", amount=largest)) == (200, "changed")


def test_a_sum_and_a_rate_that_nobody_could_count_are_refused(desk: Desk, partner: Partner) -> None:
    sent = partner.report(amount={"amount_minor": 10**13 + 1, "currency": "RUB"})
    refused = partner.send(sent)
    assert refused.json
    assert (refused.status_code, refused.json["field"]) == (422, "amount.amount_minor")
    assert desk.rate("USD", 10**12).status_code == 200
    wrong = desk.rate("USD", 10**12 + 1)
    assert wrong.json
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "rate_micro")
