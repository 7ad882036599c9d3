"""Pulls by real processes that are killed, doubled and lied to: each order ends there once.

INVARIANT of every test here: as many conversions and receipts as the network has records.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from shared.clock import utc_now
from tests.integration.partner_postback.partner import CLERK, make_click
from tests.integration.partner_postback.running import Intake
from tests.support.networks import StandIn
from tests.support.waiting import eventually

KIND = "admitad_statistics"
RECORDS = 6_000
LONG_SECONDS = 120.0


@pytest.fixture
def intake(tmp_path: Path, fresh_service_url: Callable[[str], str]) -> Iterator[Intake]:
    """The web process, a partner and its store; nobody works yet."""
    intake = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    try:
        intake.start("web")
        intake.sign_up()
        intake.know_store()
        yield intake
    finally:
        intake.stop()


def ask(intake: Intake, method: str, path: str, **options: Any) -> dict[str, Any]:
    answer = requests.request(method, intake.url + path, headers=CLERK, timeout=15, **options)
    assert answer.ok, answer.text
    return dict(answer.json())


def set_up(intake: Intake, networks: StandIn, records: int) -> str:
    """Let the network have so many records, and have them pulled."""
    now = utc_now()
    clicks = [make_click(now - timedelta(hours=1), store=intake.store_number) for _ in range(20)]
    networks.make_up("admitad", records, clicks, now - timedelta(minutes=2))
    path = f"/pulls/{intake.partner_id}/{KIND}"
    ask(intake, "PUT", path, json=networks.wish(KIND))
    return path


def records_of(intake: Intake, path: str) -> int:
    return int(ask(intake, "GET", path)["records"])


def until_done(intake: Intake, path: str, records: int) -> None:
    """Wait for the end of the run, and see that everything is there once."""

    def is_done() -> bool:
        shown = ask(intake, "GET", path)
        return shown["records"] >= records and shown["state"] == "waiting"

    eventually(is_done, seconds=LONG_SECONDS, what="the end of the pull")
    assert records_of(intake, path) == records
    with psycopg.connect(intake.database_url) as connection:
        query = "SELECT count(*), count(DISTINCT order_id) FROM conversions"
        assert connection.execute(query).fetchone() == (records, records)
        query = (
            "SELECT count(*), count(DISTINCT row_number), min(row_number), max(row_number)"
            " FROM receipts WHERE source = 'pull'"
        )
        assert connection.execute(query).fetchone() == (records, records, 1, records)
        query = "SELECT count(*) FROM event_log WHERE topic = 'conversions'"
        assert connection.execute(query).fetchone() == (records,)


def test_a_killed_pull_goes_on_with_the_page_that_it_had_not_kept(
    intake: Intake, networks: StandIn
) -> None:
    networks.pace(page_milliseconds=100)
    path = set_up(intake, networks, RECORDS)
    for least in (1, RECORDS // 2):
        intake.start("work")
        eventually(lambda least=least: records_of(intake, path) >= least, seconds=LONG_SECONDS)
        intake.kill("work")
    assert records_of(intake, path) < RECORDS
    intake.start("work")
    until_done(intake, path, RECORDS)


def test_two_processes_share_the_work_and_never_a_partner(
    intake: Intake, networks: StandIn
) -> None:
    """Were both to pull, records would be counted twice; and a dead one's lock must not stay."""
    networks.pace(page_milliseconds=100)
    path = set_up(intake, networks, RECORDS)
    for name in ("work", "work-2"):
        intake.start("work", name=name)
    eventually(lambda: records_of(intake, path) >= 1_000, seconds=LONG_SECONDS)
    intake.kill("work")
    until_done(intake, path, RECORDS)


def test_a_network_that_fails_all_the_time_is_read_to_the_end(
    intake: Intake, networks: StandIn
) -> None:
    for mode, share in (("rate_limited", 0.3), ("half_page", 0.15), ("html", 0.1)):
        networks.fails(mode, network="admitad", share=share, seconds=1)
    path = set_up(intake, networks, RECORDS // 2)
    intake.start("work")
    until_done(intake, path, RECORDS // 2)


def test_the_central_bank_is_asked_by_itself_and_again_when_it_fails(
    intake: Intake, networks: StandIn
) -> None:
    networks.fails("error_500", network="central-bank", count=1)
    intake.start("work", CENTRAL_BANK_URL=f"{networks.url}/central-bank/XML_daily")

    def dollar() -> int:
        listed = ask(intake, "GET", "/rates")["data"]
        return next((one["rate_micro"] for one in listed if one["currency"] == "USD"), 0)

    eventually(lambda: dollar() == 90_500_000, seconds=60)
    with psycopg.connect(intake.database_url) as connection:
        row = connection.execute("SELECT failures, last_error FROM rate_fetch").fetchone()
    assert row == (0, None)
