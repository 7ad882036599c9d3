"""Files and real processes: kills, cut connections, two at once, and 100 MB that take no memory."""

import gzip
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import psycopg
import pytest
import requests

from services.partner_postback.files.upload import LARGEST_BYTES
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk, make_click
from tests.integration.partner_postback.running import Intake
from tests.integration.partner_postback.uploads import uploads, worker
from tests.support.waiting import eventually

HEADER = "order_id,line_id,action,status,status_at,amount,currency,click_id,ordered_at,reason\n"
ROWS = 6_000
_HTTP_SECONDS = 60


@pytest.fixture
def intake(tmp_path: Path, fresh_service_url: Callable[[str], str]) -> Iterator[Intake]:
    running = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    running.start("web")
    running.sign_up()
    answer = requests.put(
        f"{running.url}/partners/{running.partner_id}",
        json={"name": "Global Mall", "formats": ["csv"]},
        headers=CLERK,
        timeout=_HTTP_SECONDS,
    )
    answer.raise_for_status()
    running.know_store()
    yield running
    running.stop()


def reports(intake: Intake, count: int) -> bytes:
    """A file that reports so many purchases."""
    now = datetime.now(UTC)
    at = rfc3339(now - timedelta(minutes=1))
    clicks = [make_click(now - timedelta(hours=1), store=intake.store_number) for _ in range(count)]
    rows = (
        f"A-{number},1,sale,reported,{at},1099.00,RUB,{click},{at},\n"
        for number, click in enumerate(clicks)
    )
    return (HEADER + "".join(rows)).encode()


def upload(intake: Intake, content: object, **headers: str) -> requests.Response:
    return requests.post(
        f"{intake.url}/files?profile=csv",
        data=content,  # type: ignore[arg-type]
        headers={
            "Authorization": f"Bearer {intake.key}",
            "Content-Type": "text/csv",
            **headers,
        },
        timeout=_HTTP_SECONDS,
    )


def ask(intake: Intake, query: str) -> tuple[Any, ...]:
    with psycopg.connect(intake.database_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def test_a_file_is_applied_once_and_whole_whenever_its_process_is_killed(intake: Intake) -> None:
    """INVARIANT: rows deleted before their verdicts are kept, or kept and not counted."""
    answer = upload(intake, reports(intake, ROWS))
    assert answer.status_code == 202, answer.text
    for _ in range(3):
        intake.start("work")
        go_on(intake)
        intake.kill("work")
    intake.start("work")
    eventually(lambda: how_far(intake) == ROWS, seconds=120)
    rows = "SELECT count(*), count(DISTINCT row_number), min(verdict), max(verdict) FROM receipts"
    assert ask(intake, rows) == (ROWS, ROWS, "accepted", "accepted")
    assert ask(intake, "SELECT count(*), max(version) FROM conversions") == (ROWS, 1)
    assert ask(intake, "SELECT count(*) FROM event_log") == (ROWS,)
    assert ask(intake, "SELECT count(*) FROM file_chunks") == (0,)
    assert ask(intake, "SELECT state, finished_at IS NULL FROM files") == ("finished", False)


def go_on(intake: Intake) -> None:
    """Wait until some more rows are applied, or none is left."""
    before = how_far(intake)
    eventually(lambda: how_far(intake) > before or before == ROWS, seconds=60)


def how_far(intake: Intake) -> int:
    return int(ask(intake, "SELECT applied_rows FROM files")[0])


def test_an_upload_that_is_cut_or_killed_leaves_nothing(intake: Intake) -> None:
    """INVARIANT: the first half of a file, ending with a whole line, taken for a file."""
    content = reports(intake, 1_000)
    half = content[: content.rindex(b"\n", 0, len(content) // 2) + 1]
    begin_upload(intake, content, half).close()
    still_sending = begin_upload(intake, content, half)
    eventually(lambda: '"status": 422' in log_of(intake), seconds=20)
    intake.kill("web")
    still_sending.close()
    intake.start("web")
    kept = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM file_chunks)"
    assert ask(intake, kept) == (0, 0)
    assert upload(intake, content).status_code == 202
    assert ask(intake, "SELECT rows FROM files") == (1_000,)


def begin_upload(intake: Intake, content: bytes, part: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", intake.ports["web"]), timeout=15)
    lines = (
        "POST /files?profile=csv HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {intake.key}",
        "Content-Type: text/csv",
        f"Content-Length: {len(content)}",
        "",
        "",
    )
    connection.sendall("\r\n".join(lines).encode() + part)
    return connection


def log_of(intake: Intake) -> str:
    return (intake.folder / "web.log").read_text()


def large_files(folder: Path) -> Iterator[tuple[str, Path, dict[str, str], int]]:
    """Files of nearly 100 MB: a good one, one line without end, and one that unpacks to 2 GB."""
    row = f"A-{'x' * 100},1,sale,approved,2026-11-01T00:00:00Z,,,,,{'y' * 150}\n"
    many = LARGEST_BYTES // len(row) - 1
    csv = {"Content-Type": "text/csv"}
    for name, body, status in (
        ("good", row * 10_000, 202),
        ("endless", "z" * len(row) * 10_000, 422),
    ):
        path = folder / name
        with path.open("w") as file:
            file.write(HEADER)
            for _ in range(many // 10_000):
                file.write(body)
        yield name, path, csv, status
    bomb = folder / "bomb"
    with gzip.open(bomb, "wb", compresslevel=9) as packed:
        for _ in range(2_000):
            packed.write(b"0" * 1_000_000)
    yield "bomb", bomb, {**csv, "Content-Encoding": "gzip"}, 413


def test_100_mb_take_no_more_memory_than_a_few(intake: Intake, tmp_path: Path) -> None:
    """INVARIANT: nothing is held whole, whether it is good or broken; 30 MB are room for blocks."""
    assert upload(intake, reports(intake, 2_000)).status_code == 202
    server = psutil.Process(intake.running["web"].pid)
    watched = [server, *server.children(recursive=True)]
    before = sum(one.memory_info().rss for one in watched)
    most = 0
    for name, path, headers, status in large_files(tmp_path):
        with path.open("rb") as file, ThreadPoolExecutor(1) as sending:
            answer = sending.submit(upload, intake, file, **headers)
            while not answer.done():
                most = max(most, sum(one.memory_info().rss for one in watched))
                with suppress(TimeoutError):
                    answer.exception(timeout=0.01)
        assert answer.result().status_code == status, (name, answer.result().text)
        path.unlink()
    assert most - before < 30 * 1024 * 1024, (before, most)


def test_two_processes_share_files_and_apply_each_row_once(desk: Desk) -> None:
    """INVARIANT: without its lock a file would be applied by both at once."""
    files = uploads(desk)
    orders = files.report_orders(300)
    sent = [files.taken_in(files.csv_of(orders, one)) for one in ("approved", "declined")]
    sent += [files.taken_in(files.csv_of([f"X-{n}-{m}" for m in range(1_200)])) for n in range(4)]

    def work(_: int) -> None:
        job = worker(desk)
        while job.work():
            pass

    with ThreadPoolExecutor(2) as together:
        list(together.map(work, range(2)))
    files.apply()
    for file_id in sent:
        report = files.report(file_id)
        assert report["state"] == "finished"
        assert sum(one["rows"] for one in report["verdicts"]) == report["rows"]
    once = "SELECT count(*) FROM receipts WHERE source_id = ANY(%s) GROUP BY source_id, row_number"
    with desk.engine.connect() as connection:
        counts = connection.exec_driver_sql(once, ([UUID(one) for one in sent],)).scalars()
        assert set(counts) == {1}
    assert files.statuses() == {"declined": 300}
