"""Requests that share a commit, or meet another process: each counts once, none fails another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from services.partner_postback.api.app import build
from services.partner_postback.config import Settings
from tests.integration.partner_postback.partner import Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def test_a_hundred_at_once_are_all_kept_exactly_once(desk: Desk, partner: Partner) -> None:
    """INVARIANT: requests that share a commit, repeat each other and change one order."""
    reports = [partner.report() for _ in range(20)]
    app = desk.client.application

    def send(number: int) -> str:
        with app.test_client() as client:
            answer = replace(partner, client=client).send(reports[number % 20])
            assert answer.json
            return str(answer.json["verdict"])

    with ThreadPoolExecutor(20) as together:
        verdicts = list(together.map(send, range(100)))
    assert verdicts.count("accepted") == 20
    assert verdicts.count("duplicate") == 80
    assert desk.count("conversions") == desk.count("event_log") == desk.count("messages") == 20


def test_one_request_that_cannot_be_kept_does_not_fail_its_neighbours(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: a batch that fails is tried again one by one."""
    poison = f"poison-{desk.tag}"  # the database is shared with tests that keep such orders
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            f"ALTER TABLE conversions ADD CONSTRAINT no_poison CHECK (order_id <> '{poison}')"
        )
    app = desk.client.application

    def send(order_id: str) -> int:
        with app.test_client() as client:
            one = replace(partner, client=client)
            return one.send(partner.report(order_id=order_id)).status_code

    orders = [poison, *[f"B-{number}" for number in range(11)]]
    with ThreadPoolExecutor(12) as together:
        statuses = list(together.map(send, orders))
    assert statuses[1:] == [200] * 11
    assert statuses[0] == 500
    assert desk.count("conversions") == 11


def test_two_processes_that_meet_count_each_order_once(
    desk: Desk, partner: Partner, settings: Settings
) -> None:
    """INVARIANT: a race between two writers, in opposite order, on the same orders."""
    reports = [partner.report() for _ in range(60)]
    apps = [build(settings, desk.clock) for _ in range(2)]

    def send(one: tuple[int, dict[str, Any]]) -> str:
        number, report = one
        with apps[number].test_client() as client:
            answer = replace(partner, client=client).send(report)
            assert answer.json
            return str(answer.json["verdict"])

    work = [
        pair
        for first, last in zip(reports, reports[::-1], strict=True)
        for pair in ((0, first), (1, last))
    ]
    with ThreadPoolExecutor(24) as together:
        verdicts = list(together.map(send, work))
    assert verdicts.count("accepted") == 60
    assert verdicts.count("duplicate") == 60
    assert desk.count("conversions") == desk.count("event_log") == desk.count("messages") == 60
