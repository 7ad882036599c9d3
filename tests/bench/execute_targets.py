"""What the bench of top-ups runs on: PostgreSQL, members, the operator's billing, and executors."""

import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from deploy import databases
from deploy.local import postgres, process
from deploy.local.ports import free_ports
from deploy.local.process import Running
from shared.migrate import upgrade
from tests.support.processes import ROOT, serving
from tests.support.waiting import eventually

_FIRST_PORT = 19_700
_PASSWORD = "bench"
_LONGEST_SECONDS = 3_600
_MEMBERS = """
INSERT INTO members (member_id, phone, language, status, version, registered_at)
SELECT md5('member' || n)::uuid, '+7927' || lpad(n::text, 7, '0'), 'en', 'active', 1, now()
FROM generate_series(1, %(count)s) AS n
"""
_RUN = """
INSERT INTO runs (month, cutoff_at, started_at, planned_at) VALUES ('2026-11', now(), now(), now());
INSERT INTO members (member_id) SELECT md5('member' || n)::uuid
FROM generate_series(1, %(count)s) AS n;
INSERT INTO goals (goal_id, member_id, kind, position)
SELECT md5('goal' || n)::uuid, md5('member' || n)::uuid, 'top_up', 1
FROM generate_series(1, %(count)s) AS n
"""
# As they stand when bonus_status has reserved their points.
_RESERVED = """
INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum, reserved,
                     state, requested_at, next_at)
SELECT gen_random_uuid(), '2026-11', md5('member' || n)::uuid, md5('goal' || n)::uuid, 'top_up',
       300, 1, 300, 'reserved', now(), now()
FROM generate_series(%(first)s::bigint + 1, %(first)s::bigint + %(count)s) AS n
"""
_SAID = "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM event_log_position_seq"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a burst of payouts took: the wall, and the processors of the executors and PostgreSQL.

    The processors' seconds count what the payouts cost us, whoever else uses the machine.
    """

    payouts: int
    seconds: float
    executors: float
    database: float

    @property
    def rate(self) -> float:
        """Answer payouts a second."""
        return self.payouts / self.seconds

    @property
    def cost(self) -> float:
        """Answer processor milliseconds a payout."""
        return (self.executors + self.database) / self.payouts * 1000


@dataclass
class Payouts:
    """The payout service's database; payouts are put in as reserved, and counted as completed."""

    url: str
    server: Running
    made: int = 0
    executors: list[Running] = field(default_factory=list)

    def execute(self, count: int) -> Spent:
        """Reserve the points of so many payouts and wait until all of them are completed."""
        with psycopg.connect(self.url, autocommit=True) as looking:
            looking.execute("ANALYZE payouts")
            before = _said(looking)
            cpu = self._cpu()
            with psycopg.connect(self.url, options="-c statement_timeout=0") as filling:
                filling.execute(_RESERVED.encode(), {"first": self.made, "count": count})
            self.made += count
            filled, cpu_of_filling = time.perf_counter(), self._cpu()[1] - cpu[1]
            eventually(lambda: _said(looking) >= before + count, seconds=_LONGEST_SECONDS)
            ended, after = time.perf_counter(), self._cpu()
        database = after[1] - cpu[1] - cpu_of_filling
        return Spent(count, ended - filled, after[0] - cpu[0], database)

    def wrong(self) -> int:
        """Answer how many payouts are not completed at their first attempt."""
        query = "SELECT count(*) FROM payouts WHERE state <> 'completed' OR attempts <> 1"
        with psycopg.connect(self.url) as looking:
            [[count]] = looking.execute(query).fetchall()
        return int(count)

    def memory_mb(self) -> float:
        """Answer the resident memory of the largest executor."""
        sizes = (psutil.Process(one.pid).memory_info().rss for one in self.executors)
        return max(sizes) / 2**20

    def _cpu(self) -> tuple[float, float]:
        executors = sum(_seconds(psutil.Process(one.pid)) for one in self.executors)
        server = psutil.Process(self.server.pid)
        # The postmaster adds up what its dead children spent, so it is read after the living.
        living = sum(_seconds(one) for one in server.children(recursive=True))
        times = server.cpu_times()
        return executors, living + sum(times[:4])


@dataclass(frozen=True, slots=True)
class World:
    """Everything that runs."""

    payouts: Payouts
    billing_url: str
    settings: dict[str, str]
    folder: Path

    @contextmanager
    def executing(self, processes: int, hands: int) -> Iterator[None]:
        """Run executors as they are deployed: so many processes with so many threads each."""
        settings = os.environ | self.settings | {"EXECUTORS": str(hands)}
        command = [sys.executable, "-m", "services.payout", "execute"]
        logs = [self.folder / f"execute-{secrets.token_hex(3)}.log" for _ in range(processes)]
        started = [
            process.start(f"execute-{log.stem}", command, log=log, env=settings, cwd=ROOT)
            for log in logs
        ]
        self.payouts.executors[:] = started
        try:
            yield
        finally:
            self.payouts.executors.clear()
            for running in started:
                process.stop(running)


@contextmanager
def world(folder: Path, members: int) -> Iterator[World]:
    """Start the servers: PostgreSQL with fsync on, members with phones, the billing stand-in."""
    with ExitStack() as opened:
        (port,) = free_ports(_FIRST_PORT, 1)
        data = folder / "postgres"
        server = postgres.start(data, port, _PASSWORD, log=folder / "postgres.log")
        opened.callback(postgres.forget, data)
        opened.callback(postgres.stop, server)
        urls = _databases(postgres.dsn(port, _PASSWORD), members)
        settings = _settings(urls["members"])
        members_url = opened.enter_context(serving("members", "web", folder, settings))
        sandbox = {"SANDBOX_DIR": str(folder / "sandbox"), "LOG_LEVEL": "WARNING"}
        billing_url = opened.enter_context(serving("sandbox", "operator_billing", folder, sandbox))
        of_payout = {
            **_settings(urls["payout"]),
            "MEMBERS_URL": members_url,
            "OPERATOR_BILLING_URL": billing_url,
            "CERTIFICATE_KEYS": "00" * 32,
            "MANIFEST_KEYS": "00" * 32,
            "OPERATOR_CALLBACK_KEYS": "00" * 32,
            "LOG_LEVEL": "INFO",  # as it is deployed: a line a payout is part of its cost
        }
        yield World(Payouts(urls["payout"], server), billing_url, of_payout, folder)


def _databases(admin_dsn: str, members: int) -> dict[str, str]:
    databases.prepare(admin_dsn, "bench", dict.fromkeys(databases.ROLES, _PASSWORD))
    urls = {}
    for service, statements in (("members", _MEMBERS), ("payout", _RUN)):
        urls[service] = databases.as_role(admin_dsn, "bench", service, _PASSWORD)
        upgrade(f"services.{service}", urls[service])
        with psycopg.connect(urls[service], options="-c statement_timeout=0") as filling:
            for statement in statements.split(";\n"):
                filling.execute(statement.encode(), {"count": members})
        with psycopg.connect(urls[service], autocommit=True) as tidying:
            tidying.execute("VACUUM ANALYZE")
    return urls


def _settings(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": "bench",
        "SERVICE_KEY": "bench-service",
        "SESSION_KEYS": "00" * 32,
        "MEMBERS_URL": "http://127.0.0.1:1",
        "ACCOUNT_URL": "http://127.0.0.1:1",
        "OPERATOR_BILLING_URL": "http://127.0.0.1:1",
        "LOG_LEVEL": "WARNING",
    }


def _said(looking: psycopg.Connection[Any]) -> int:
    # The log's sequence can be read without disturbing anybody; a payout completed says one event.
    [[count]] = looking.execute(_SAID.encode()).fetchall()
    return int(count)


def _seconds(one: psutil.Process) -> float:
    try:
        times = one.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def command(parts: Sequence[object]) -> list[str]:
    """Answer a command line of this Python."""
    return [sys.executable, *map(str, parts)]
