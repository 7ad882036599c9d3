"""What the bench of bonuses runs on: a member with much, services that said much, processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg

from deploy import databases, openapi
from deploy.local import ports, process, settings
from deploy.local.processes import Process, wanted_ports
from shared.migrate import upgrade
from tests.bench import ledger_targets
from tests.bench.ledger_targets import Database, Servers
from tests.support import bonuses
from tests.support.processes import wait_until_ready

MEMBER = ledger_targets.member(0)
_ROOT = Path(__file__).parents[2]
_FIRST_PORT = 19_800
_PASSWORD = "bench"
_SPEAKERS = ("catalog", "members", "partner_postback", "payout")
# One member with bonuses of the last years: every other one accrued.
FILL_MEMBER = """
INSERT INTO bonuses (bonus_id, conversion_id, member_id, source, store_id, order_id, terms_id,
                     clicked_at, ordered_at, opened_at, expected_at, status, amount, reserved,
                     written_off, repaid, paid_minor, currency, rate_micro, conversion_status,
                     conversion_version, credited_by, accrued_at)
SELECT md5('mine' || n)::uuid, md5('my line' || n)::uuid, %(member)s, 'purchase',
       'store-' || n %% 1000, 'A-1', md5('store-' || n %% 1000)::uuid, at, at, at,
       at + interval '45 days', CASE n %% 2 WHEN 0 THEN 'accrued' ELSE 'pending' END, 76, 0, 0, 0,
       109900, 'RUB', 1000000, CASE n %% 2 WHEN 0 THEN 'approved' ELSE 'reported' END, 1,
       'mine', CASE n %% 2 WHEN 0 THEN at END
FROM (SELECT n, timestamptz '2024-01-01' + n * interval '2 hours' AS at
      FROM generate_series(1, %(bonuses)s) AS n) AS filled
"""
_FILL_MEMBERS = """
INSERT INTO accounts (member_id, member_status)
SELECT md5('other' || n)::uuid, 'active' FROM generate_series(1, %(members)s) AS n
"""
# As partner_postback says it: new purchases of 100 000 members at 1 000 stores.
_SAY_CONVERSIONS = """
INSERT INTO event_log (topic, key, aggregate_id, version, occurred_at, message)
SELECT 'conversions', line, line, 1, at, json_build_object(
    'event_id', md5('event' || n)::uuid, 'type', 'conversion.changed', 'schema', 1,
    'aggregate_id', line, 'version', 1, 'occurred_at', moment, 'data', %(data)s::jsonb
        || jsonb_build_object(
            'conversion_id', line, 'member_id', md5('member' || n %% 100000)::uuid,
            'store_id', 'store-' || n %% 1000, 'ordered_at', moment, 'clicked_at', moment,
            'receipt_id', md5('receipt' || n)::uuid))::text
FROM (SELECT n, md5('line' || n)::uuid::text AS line, at,
             to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS moment
      FROM (SELECT n, timestamptz '2026-10-01' + n * interval '1 second' AS at
            FROM generate_series(1, %(events)s) AS n) AS numbered) AS said
"""
_SAY_STORES = """
INSERT INTO event_log (topic, key, aggregate_id, version, occurred_at, message)
SELECT 'stores', store, store, 1, now(), replace(%(message)s, 'the-store', store)
FROM (SELECT 'store-' || n AS store FROM generate_series(0, 999) AS n) AS named
"""
_NOTE = """
INSERT INTO applied (topic, aggregate_ids, versions)
SELECT 'stores', array_agg('store-' || n), array_agg(1) FROM generate_series(0, 999) AS n;
INSERT INTO applied (topic, aggregate_ids, versions)
SELECT 'conversions', array_agg(md5('line' || n)::uuid::text ORDER BY n), array_agg(1)
FROM generate_series(1, %(events)s) AS n GROUP BY n / 2000 ORDER BY n / 2000
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How a rebuild went: both steps in seconds, and its memory while it applied."""

    reading_seconds: float
    whole_seconds: float
    megabytes: list[float]


def with_many_bonuses(servers: Servers, name: str, *, members: int, count: int) -> Database:
    """Make a database with so many members, one of them with so many bonuses."""
    kept = servers.database(name, 0)
    with psycopg.connect(kept.url, options="-c statement_timeout=0") as filling:
        filling.execute(_FILL_MEMBERS, {"members": members})
        filling.execute(FILL_MEMBER, {"member": MEMBER, "bonuses": count})
    with psycopg.connect(kept.url, autocommit=True) as tidying:
        tidying.execute("VACUUM ANALYZE")
    return kept


@contextmanager
def serving(servers: Servers, kept: Database) -> Iterator[HTTPConnection]:
    """Run the web process with the bare route beside its own; answers a connection to it."""
    [port] = ports.free_ports(_FIRST_PORT, 1)
    environment = servers.environment(kept) | {"LISTEN_PORT": str(port)}
    command = [sys.executable, "-m", "tests.bench.bonuses_app"]
    log = servers.folder / f"web-{kept.name}.log"
    running = process.start("web", command, log=log, env=environment, cwd=_ROOT)
    try:
        wait_until_ready(running, f"http://127.0.0.1:{port}")
        yield HTTPConnection("127.0.0.1", port, timeout=30)
    finally:
        process.stop(running)


def milliseconds(connection: HTTPConnection, path: str) -> float:
    """Ask once; answer how long the answer took."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": "Bearer bench"})
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1_000
    assert answer.status == 200, (path, answer.status)
    return took


@contextmanager
def said_by_services(servers: Servers, name: str, events: int) -> Iterator[dict[str, str]]:
    """Let the services have said so much; answers the environment of a rebuild, services up."""
    kept = servers.database(name, 0)
    with psycopg.connect(kept.url) as emptied:
        emptied.execute("DELETE FROM accounts")
    urls = {one: databases.as_role(servers.admin_dsn, name, one, _PASSWORD) for one in _SPEAKERS}
    for service, url in urls.items():
        upgrade(f"services.{service}", url)
    _run(urls["partner_postback"], _SAY_CONVERSIONS, events)
    _run(urls["catalog"], _SAY_STORES, events)
    for statement in _NOTE.split(";\n"):
        _run(kept.url, statement, events)
    chosen = settings.make(servers.folder, ports.choose(wanted_ports, _FIRST_PORT + 50))
    settings.write_private(servers.folder / "partners.json", "[]")
    environment = os.environ | {
        "DATABASE_URL": kept.url,
        "OPERATOR_KEY": chosen.keys["operator"],
        "REBUILD_INTO": "again",
        "LOG_LEVEL": "WARNING",
    }
    with ExitStack() as opened:
        for service, url in urls.items():
            away = {"DATABASE_URL": url, "KAFKA_BOOTSTRAP": servers.bootstrap}
            started = openapi.started(chosen, Process(service, "web"), away)
            environment[f"{service.upper()}_URL"] = opened.enter_context(started)
        yield environment


def rebuild(environment: dict[str, str]) -> Rebuilt:
    """Run `python -m services.bonus_status rebuild`, as `cashback rebuild` does."""
    command = [sys.executable, "-m", "services.bonus_status", "rebuild"]
    began, reading = time.perf_counter(), 0.0
    sizes: list[float] = []
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        watched = psutil.Process(running.pid)
        for line in running.stdout:
            said = json.loads(line)
            assert "refused" not in said, said
            if said.get("step") == "reading":
                reading = time.perf_counter() - began
            elif said.get("step") == "applying":
                sizes.append(watched.memory_info().rss / 2**20)
    assert running.returncode == 0
    return Rebuilt(reading, time.perf_counter() - began, sizes)


def _run(url: str, statement: str, events: int) -> None:
    message = bonuses.event(
        "store.changed", bonuses.store_data("the-store"), topic="stores", aggregate_id="the-store"
    ).encode()
    asked = {
        "events": events,
        "data": json.dumps(bonuses.conversion_data()),
        "message": message.decode(),
    }
    with psycopg.connect(url, options="-c statement_timeout=0") as filling:
        filling.execute(statement.encode(), asked)
