"""What is compared: the service under granian and under gunicorn, and pgbench on the same rows."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import requests

from deploy import databases
from deploy.local import postgres, process
from deploy.local.ports import free_ports
from deploy.local.ready import wait_ready
from shared.migrate import upgrade
from tests.bench.postback_requests import STORE_NUMBER

ROOT = Path(__file__).parents[2]
PARTNER = "global-mall"
PATH = f"/postbacks/{PARTNER}"
MACRO_PATH = f"{PATH}/admitad"
PGBENCH_CLIENTS = 32
_FIRST_PORT = 19_500
_START_SECONDS = 90
_ROLE = "partner_postback"
_PASSWORD = "bench"
# The same three rows, of the same size, in one statement, into tables of the same making.
_SAME_ROWS = """
WITH receipt AS (
    INSERT INTO receipts (receipt_id, partner_id, received_at, format, method, query, headers, body,
                          transport_id, verdict, code, detail, conversion_id, said)
    VALUES (gen_random_uuid(), 'global-mall', now(), 'signed', 'POST', '',
            json_build_object('webhook-id', 'msg_', 'webhook-timestamp', '1795434000',
                              'webhook-signature', repeat('s', 47),
                              'content-type', 'application/json'),
            convert_to(repeat('b', 330), 'UTF8'), gen_random_uuid()::text, 'accepted', 'recorded',
            'The conversion is recorded.', gen_random_uuid(),
            json_build_object('said', repeat('s', 330)))
), conversion AS (
    INSERT INTO conversions
    VALUES (gen_random_uuid(), 'global-mall', gen_random_uuid()::text, '1', 'sale', 'aliexpress',
            gen_random_uuid(), repeat('c', 64), now(), 'reported', 'electronics', 109900, 'RUB',
            1000000, now(), NULL, gen_random_uuid(), 1, now())
)
INSERT INTO event_log (topic, key, aggregate_id, version, occurred_at, message)
VALUES ('conversions', 'global-mall:' || gen_random_uuid(), gen_random_uuid()::text, 1, now(),
        repeat('m', 760));
"""
_STORE = """
INSERT INTO stores (store_id, number, partner_id, attribution_days, changed_at)
VALUES ('aliexpress', %s, %s, 30, now())
"""


@dataclass(frozen=True, slots=True)
class Database:
    """The server of this bench: a database for the service, one of the same making for pgbench."""

    service_url: str
    pgbench_url: str
    folder: Path

    def pgbench(self, seconds: int) -> float:
        """Answer transactions a second of 32 clients that insert the same three rows."""
        script = self.folder / "same_rows.sql"
        script.write_text(_SAME_ROWS)
        said = subprocess.run(
            [
                *(str(postgres.program("pgbench")), "--no-vacuum", "-M", "prepared"),
                *("-c", str(PGBENCH_CLIENTS), "-j", "2", "-T", str(seconds)),
                *("-f", str(script), self.pgbench_url),
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        ).stdout
        match = re.search(r"tps = ([\d.]+)", said)
        assert match is not None, said
        return float(match[1])

    def count(self, table: str) -> int:
        """Answer how many rows the service has made."""
        with psycopg.connect(self.service_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@dataclass(frozen=True, slots=True)
class Web:
    """One web process that runs, on its own port."""

    port: int
    running: process.Running


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner that sends: its secret, its key, and that of the clicks that it reports."""

    secret: str
    key: str
    click_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """A real PostgreSQL with fsync on, and two databases migrated by the service's own code."""
    (port,) = free_ports(_FIRST_PORT, 1)
    running = postgres.start(folder / "postgres", port, _PASSWORD, log=folder / "postgres.log")
    admin = postgres.dsn(port, _PASSWORD)
    urls = []
    try:
        for name in ("service", "pgbench"):
            databases.prepare(admin, name, dict.fromkeys(databases.ROLES, _PASSWORD))
            urls.append(databases.as_role(admin, name, _ROLE, _PASSWORD))
            upgrade("services.partner_postback", urls[-1])
        yield Database(*urls, folder)
    finally:
        postgres.stop(running)
        postgres.forget(folder / "postgres")


def settings_of(service_url: str, click_key: bytes) -> dict[str, str]:
    """The environment of the web processes."""
    return {
        "DATABASE_URL": service_url,
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": secrets.token_hex(16),
        "SERVICE_KEY": secrets.token_hex(16),
        "CLICK_KEYS": click_key.hex(),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def granian(folder: Path, settings: dict[str, str]) -> Iterator[Web]:
    """The product: `python -m services.partner_postback web` as it is deployed."""
    command = [sys.executable, "-m", "services.partner_postback", "web"]
    yield from _started("granian", command, folder, settings)


@contextmanager
def gunicorn(folder: Path, settings: dict[str, str], threads: int) -> Iterator[Web]:
    """The plain way: the same app, threads and worker count under gunicorn's gthread worker."""
    serve = [sys.executable, "-m", "gunicorn", "services.partner_postback.api.app:make_app()"]
    options = ["-k", "gthread", "-w", "1", "--threads", str(threads), "--keep-alive", "60"]
    yield from _started("gunicorn", [*serve, *options, "-b"], folder, settings)


def sign_up(web: Web, settings: dict[str, str], url: str, click_key: bytes) -> Partner:
    """Make the partner and the store that its clicks lead to."""
    answer = requests.put(
        f"http://127.0.0.1:{web.port}/partners/{PARTNER}",
        json={"name": "Global Mall", "formats": ["signed", "admitad", "csv"]},
        headers={"Authorization": f"Bearer {settings['OPERATOR_KEY']}"},
        timeout=10,
    )
    answer.raise_for_status()
    with psycopg.connect(url) as connection:
        connection.execute(_STORE, (STORE_NUMBER, PARTNER))
    given = answer.json()
    return Partner(given["secret"], given["key"], click_key)


def _started(
    name: str, command: Sequence[str], folder: Path, settings: dict[str, str]
) -> Iterator[Web]:
    (port,) = free_ports(_FIRST_PORT, 1)
    bound = [*command, f"127.0.0.1:{port}"] if command[-1] == "-b" else command
    environment = os.environ | settings | {"LISTEN_PORT": str(port)}
    running = process.start(name, bound, log=folder / f"{name}.log", env=environment, cwd=ROOT)
    try:
        # gunicorn listens long before its worker answers.
        wait_ready(running, lambda: _answers(port), _START_SECONDS)
        yield Web(port, running)
    finally:
        process.stop(running)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
