"""Orders of several lines: sent one by one, and spoken of as a whole."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLICK_KEY, Desk, Partner


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def lines_of(partner: Partner, *rubles: int, **more: Any) -> list[dict[str, Any]]:
    """The reports of an order's lines."""
    first = partner.report(**more)
    return [
        {**first, "line_id": str(place), "amount": {"amount_minor": one * 100, "currency": "RUB"}}
        for place, one in enumerate(rubles, start=1)
    ]


def whole(partner: Partner, report: dict[str, Any], status: str, **more: Any) -> dict[str, Any]:
    """A message about the whole order of a report."""
    return {**partner.later(report, status, **more), "line_id": ""}


def told(partner: Partner, body: dict[str, Any]) -> tuple[str, str]:
    said = partner.send(body).json
    assert said
    return said["verdict"], said["code"]


def retry(desk: Desk) -> int:
    desk.clock.move(timedelta(seconds=1))
    clicks = ClickIds([CLICK_KEY])
    return HeldRetry(
        desk.engine, Directory(desk.engine), clicks, desk.clock, desk.clock()
    ).retry_once()


def state(desk: Desk) -> dict[str, tuple[str, int]]:
    """Each line's newest status and sum, as told to others."""
    said = {one["data"]["line_id"]: one["data"] for one in desk.events()}
    return {line: (one["status"], one["paid_minor"]) for line, one in sorted(said.items())}


def test_the_lines_of_a_cart_wait_for_each_other(desk: Desk, partner: Partner) -> None:
    lines = lines_of(partner, 400, 1050, 500, lines=3)
    assert told(partner, lines[2]) == ("held", "cart_incomplete")
    assert told(partner, lines[0]) == ("held", "cart_incomplete")
    assert retry(desk) == 0
    assert told(partner, lines[1]) == ("accepted", "recorded")
    assert retry(desk) == 2
    assert state(desk) == {
        "1": ("reported", 40_000),
        "2": ("reported", 105_000),
        "3": ("reported", 50_000),
    }
    assert told(partner, lines[0]) == ("duplicate", "known_message")


def test_what_is_said_of_a_whole_order_reaches_every_line(desk: Desk, partner: Partner) -> None:
    lines = lines_of(partner, 400, 1050)
    for line in lines:
        partner.send(line)
    assert told(partner, whole(partner, lines[0], "approved")) == ("accepted", "changed")
    assert state(desk) == {"1": ("approved", 40_000), "2": ("approved", 105_000)}
    assert told(partner, whole(partner, lines[0], "approved")) == ("duplicate", "known_message")
    desk.clock.move(timedelta(minutes=1))
    assert told(partner, whole(partner, lines[0], "returned")) == ("accepted", "changed")
    assert state(desk) == {"1": ("returned", 0), "2": ("returned", 0)}


def test_a_line_that_is_reported_late_hears_what_was_said_of_its_order(
    desk: Desk, partner: Partner
) -> None:
    first, second = lines_of(partner, 400, 1050)
    approval = whole(partner, first, "approved")
    assert told(partner, approval) == ("held", "unknown_order")
    partner.send(first)
    assert retry(desk) == 1
    partner.send(second)
    assert state(desk) == {"1": ("approved", 40_000), "2": ("approved", 105_000)}


def test_the_amount_of_a_whole_order_counts_only_when_it_is_that_of_its_lines(
    desk: Desk, partner: Partner
) -> None:
    lines = lines_of(partner, 400, 1050)
    for line in lines:
        partner.send(line)
    for rubles, expected in (
        (1_400, ("held", "amount_of_several_lines")),
        (1_450, ("accepted", "changed")),
    ):
        amount = {"amount_minor": rubles * 100, "currency": "RUB"}
        assert told(partner, whole(partner, lines[0], "approved", amount=amount)) == expected
    assert state(desk) == {"1": ("approved", 40_000), "2": ("approved", 105_000)}


def test_a_return_says_what_came_back_or_what_stays(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    left = {"amount_minor": 80_000, "currency": "RUB"}
    assert told(partner, partner.later(report, "returned", amount_left=left))[0] == "accepted"
    assert state(desk) == {"1": ("reported", 80_000)}
    both = partner.later(report, "returned", amount_left=left, amount=left)
    assert partner.send(both).json["field"] == "amount_left"  # type: ignore[index]


def test_two_equal_returns_are_told_apart_by_their_ids(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    amount = {"amount_minor": 10_000, "currency": "RUB"}
    back = partner.later(report, "returned", amount=amount)
    for event_id in ("r-1", "r-2", "r-1"):
        partner.send({**back, "event_id": event_id})
    assert state(desk) == {"1": ("reported", 89_900)}
