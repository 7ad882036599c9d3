"""Reports of many lines: as a stream that needs no memory, from a server whose readers may go."""

import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import requests
from sqlalchemy import Engine

from services.partner_postback.formats.request import Source
from services.partner_postback.match import report
from services.partner_postback.match.period import period
from services.partner_postback.match.rows import Outcome
from services.partner_postback.store.access import match
from tests.integration.partner_postback.running import Intake
from tests.support.databases import address_of
from tests.support.waiting import eventually

# An order every minute, as three sides tell it.
_SEED = """
INSERT INTO conversions (conversion_id, partner_id, order_id, line_id, action, store_id, member_id,
    click_id, clicked_at, status, paid_minor, currency, rate_micro, ordered_at, receipt_id, version,
    changed_at)
SELECT md5(%(partner)s || n)::uuid, %(partner)s, 'A-' || n, '1', 'sale', 's', md5('m')::uuid,
    repeat('c', 64), now(), 'approved', 100000, 'RUB', 1000000, at, md5('r')::uuid, 2, now()
FROM generate_series(1, %(orders)s) AS n, LATERAL (
    SELECT timestamptz '2026-11-01Z' + n * interval '1 minute' AS at) AS moment;
"""
_SAID = """
INSERT INTO receipts (receipt_id, partner_id, received_at, format, method, query, headers, body,
    verdict, code, detail, conversion_id, source, said)
SELECT gen_random_uuid(), %(partner)s, at, 'signed', 'POST', '', '{}', '', 'accepted', 'x', 'x',
    md5(%(partner)s || n)::uuid, source, json_build_object(
        'order_id', 'A-' || n, 'line_id', '1', 'action', 'sale', 'says', 'reported',
        'status_at', at, 'ordered_at', at, 'click_id', repeat('c', 64),
        'amount', json_build_object('amount_minor', 100000, 'currency', 'RUB'))
FROM generate_series(1, %(orders)s) AS n, unnest(ARRAY['push', 'pull', 'file']) AS source, LATERAL (
    SELECT timestamptz '2026-11-01Z' + n * interval '1 minute' AS at) AS moment
"""


def seed(url: str, partner_id: str, orders: int) -> None:
    asked = {"partner": partner_id, "orders": orders}
    with psycopg.connect(url) as connection:
        for statement in (_SEED, _SAID):
            connection.execute(statement, asked)


def test_three_times_the_lines_need_the_same_memory(
    fresh_engine: Callable[[str], Engine],
) -> None:
    """INVARIANT: a report holds a page of orders at a time, however long its period is."""
    engine = fresh_engine("partner_postback")
    seed(address_of(engine), "mall", 4_320)
    peaks = [_peak(engine, date(2026, 11, last)) for last in (2, 5)]
    assert peaks[0][0] * 2 < peaks[1][0] == 4_320
    assert peaks[1][1] < peaks[0][1] * 1.3


def _peak(engine: Engine, end: date) -> tuple[int, int]:
    """How many rows a report has, and the most bytes that it needed at once."""
    days = period(date(2026, 11, 1), end)
    tracemalloc.start()
    rows = report.rows_of(match.orders(engine, "mall", days), days, [*Source])
    count = sum(part.count(b'"about":') for part in report.as_json({}, rows, is_shown=[*Outcome]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


def test_who_stops_reading_a_report_may_ask_for_the_next(
    tmp_path: Path, fresh_service_url: Callable[[str], str]
) -> None:
    intake = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    try:
        intake.start("web")
        intake.sign_up()
        seed(intake.database_url, intake.partner_id, 9_000)
        with _ask(intake) as answer:
            assert answer.raw.read(100)
        whole = eventually(lambda: _whole(intake), seconds=30)
        assert whole["summary"]["agreed"] == 9_000
        assert _whole(intake) == whole
    finally:
        intake.stop()


def _ask(intake: Intake) -> requests.Response:
    return requests.get(
        f"{intake.url}/match",
        params={"from": "2026-11-01", "to": "2026-12-01"},
        headers={"Authorization": f"Bearer {intake.key}"},
        stream=True,
        timeout=30,
    )


def _whole(intake: Intake) -> dict[str, dict[str, int]]:
    with _ask(intake) as answer:
        return dict(answer.json()) if answer.ok else {}
