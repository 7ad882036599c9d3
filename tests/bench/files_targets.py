"""What the bench of files measures: COPY of the same rows, taking in, applying."""

import csv
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import requests
from sqlalchemy import Engine

from deploy.local import process
from deploy.local.ports import free_ports
from deploy.local.ready import wait_ready
from services.partner_postback.files.taking_in import Body, Offer, take_in
from services.partner_postback.formats import built_in
from shared.clock import utc_now
from shared.schemas import rfc3339
from shared.sealed import Sealer
from tests.bench.postback_requests import STORE_NUMBER
from tests.bench.postback_targets import PARTNER, ROOT, Web
from tests.support.waiting import eventually

HEADER = "order_id,line_id,action,status,status_at,amount,currency,click_id,ordered_at\n"
_FIRST_PORT = 19_600
_START_SECONDS = 90
_HTTP_SECONDS = 300
_APPLY_SECONDS = 900
_BARE = """
CREATE TABLE IF NOT EXISTS bare (order_id text, line_id text, action text, status text,
    status_at text, amount text, currency text, click_id text, ordered_at text)
"""


@dataclass(frozen=True, slots=True)
class Files:
    """Writes files about the same orders: one reports them, later ones say what became of them."""

    folder: Path
    rows: int
    began_at: datetime
    letter: str = "A"

    def reports(self, click_key: bytes) -> Path:
        """Report every order, each after a click of its own."""
        clicked_at = int((self.began_at - timedelta(hours=1)).timestamp() * 1000)
        of_click = clicked_at.to_bytes(6, "big") + STORE_NUMBER.to_bytes(4, "big")
        sealer, at = Sealer([click_key]), rfc3339(self.began_at - timedelta(minutes=10))
        plain = (uuid4().bytes + of_click + secrets.token_bytes(6) for _ in range(self.rows))
        clicks = (sealer.seal(one, b"click") for one in plain)
        return self._write(f"reported,{at},1099.00,RUB,{click},{at}" for click in clicks)

    def become(self, status: str, number: int) -> Path:
        """Say of every order what became of it; a later number is a later moment."""
        at = rfc3339(self.began_at - timedelta(minutes=9) + timedelta(seconds=number))
        return self._write(f"{status},{at},,,," for _ in range(self.rows))

    def _write(self, rows: Iterator[str]) -> Path:
        path = self.folder / f"{uuid4().hex}.csv"
        with path.open("w") as file:
            file.write(HEADER)
            for place, row in enumerate(rows):
                file.write(f"{self.letter}-{place:07},1,sale,{row}\n")
        return path


def copy_bare(url: str, path: Path) -> float:
    """Answer the seconds that psycopg's COPY takes to load the same rows into a bare table."""
    with psycopg.connect(url) as connection:
        connection.execute(_BARE)
        connection.execute("TRUNCATE bare")
        connection.commit()
        began = time.perf_counter()
        with path.open(newline="") as file, connection.cursor() as cursor:
            rows = csv.reader(file)
            next(rows)
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.commit()
        return time.perf_counter() - began


def take_in_process(engine: Engine, path: Path) -> float:
    """Answer the seconds that taking a file in takes without HTTP, and forget the file again."""
    spoken = built_in()["csv"]
    offer = Offer(PARTNER, spoken, "", is_dry_run=False, sent_by="clerk", made_at=utc_now())
    began = time.perf_counter()
    with path.open("rb") as file:
        body = Body(file, path.stat().st_size, "", "text/csv", None)
        kept, is_new = take_in(engine, offer, body)
    seconds = time.perf_counter() - began
    assert is_new
    with engine.begin() as connection:
        for table in ("file_chunks", "files"):
            forget = f"DELETE FROM {table} WHERE file_id = %s"
            connection.exec_driver_sql(forget, (kept["file_id"],))
    return seconds


@dataclass(frozen=True, slots=True)
class Sender:
    """Uploads over HTTP, as `cashback partners file` does."""

    web: Web
    key: str

    def upload(self, path: Path) -> tuple[float, str]:
        """Answer the seconds until the file is committed, and its id."""
        began = time.perf_counter()
        with path.open("rb") as file:
            answer = requests.post(
                f"{self._url}/files?profile=csv",
                data=file,
                headers={**self._headers, "Content-Type": "text/csv"},
                timeout=_HTTP_SECONDS,
            )
        seconds = time.perf_counter() - began
        assert answer.status_code == 202, answer.text
        return seconds, answer.json()["file_id"]

    def report(self, file_id: str) -> dict[str, Any]:
        """Answer how far a file is."""
        answer = requests.get(
            f"{self._url}/files/{file_id}", headers=self._headers, timeout=_HTTP_SECONDS
        )
        answer.raise_for_status()
        report: dict[str, Any] = answer.json()
        return report

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def work(folder: Path, settings: dict[str, str]) -> Iterator[psutil.Process]:
    """The process that applies: `python -m services.partner_postback work`."""
    (port,) = free_ports(_FIRST_PORT, 1)
    command = [sys.executable, "-m", "services.partner_postback", "work"]
    environment = os.environ | settings | {"MONITOR_PORT": str(port)}
    running = process.start("work", command, log=folder / "work.log", env=environment, cwd=ROOT)
    try:
        wait_ready(running, lambda: _answers(port), _START_SECONDS)
        yield psutil.Process(running.pid)
    finally:
        process.stop(running)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


@dataclass(frozen=True, slots=True)
class Applied:
    """How a file was applied: rows a second, and the processors that it kept busy (1.0: one)."""

    per_second: float
    busy_python: float
    busy_postgres: float


def apply(url: str, file_id: str, worker: psutil.Process) -> Applied:
    """Watch a file from its first applied rows to its last."""
    with psycopg.connect(url, autocommit=True) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
        assert server is not None
        first = eventually(partial(_applied, connection, file_id), seconds=_APPLY_SECONDS)
        began, python, postgres = time.perf_counter(), _busy(worker), _busy_all(server)
        rows = eventually(partial(_finished, connection, file_id), seconds=_APPLY_SECONDS)
        seconds = time.perf_counter() - began
        return Applied(
            (rows - first) / seconds,
            (_busy(worker) - python) / seconds,
            (_busy_all(server) - postgres) / seconds,
        )


def _applied(connection: psycopg.Connection[Any], file_id: str) -> int:
    row = connection.execute("SELECT applied_rows FROM files WHERE file_id = %s", [file_id])
    return int(row.fetchone()[0])  # type: ignore[index]


def _finished(connection: psycopg.Connection[Any], file_id: str) -> int:
    query = "SELECT rows FROM files WHERE file_id = %s AND state = 'finished'"
    row = connection.execute(query, [file_id]).fetchone()
    return int(row[0]) if row else 0


def _busy(one: psutil.Process) -> float:
    times = one.cpu_times()
    return times.user + times.system


def _busy_all(server: psutil.Process) -> float:
    return sum(_busy(one) for one in (server, *server.children(recursive=True)))
