"""What the ledger bench runs on: servers of its own, filled databases, the consumer, pgbench."""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import psutil
import psycopg

from deploy import databases, topics
from deploy.local import kafka, postgres, process
from deploy.local.ports import free_ports
from services.bonus_status.schemas import StoreView
from services.bonus_status.store import heard
from shared.database import connect
from shared.migrate import upgrade
from tests.support import bonuses
from tests.support.waiting import eventually

MEMBERS = 100_000
STORES = 1_000
TPC_B_SCALE = 50
_ROOT = Path(__file__).parents[2]
_FIRST_PORT = 19_600
_ROLE = "bonus_status"
_PASSWORD = "bench"
_SECONDS_FOR_A_BURST = 300
# What the consumer itself would have left behind, had it been fed so many reports of 76 points.
_FILL = """
INSERT INTO accounts (member_id, member_status)
SELECT md5('member' || n)::uuid, 'active' FROM generate_series(0, %(members)s - 1) AS n;
CREATE UNLOGGED TABLE filled AS
SELECT n, md5('line' || n)::uuid AS line, md5('bonus' || n)::uuid AS bonus,
       md5('member' || n %% %(members)s)::uuid AS member, 'store-' || n %% %(stores)s AS store,
       n / %(members)s + 1 AS version, timestamptz '2026-10-01' + n * interval '1 second' AS at
FROM generate_series(0, %(bonuses)s - 1) AS n;
INSERT INTO bonuses (bonus_id, conversion_id, member_id, source, store_id, order_id, terms_id,
                     clicked_at, ordered_at, opened_at, expected_at, status, amount, reserved,
                     written_off, repaid, paid_minor, currency, rate_micro, conversion_status,
                     conversion_version, credited_by)
SELECT bonus, line, member, 'purchase', store, 'A-1', md5(store)::uuid, at, at, at,
       at + interval '45 days', 'pending', 76, 0, 0, 0, 109900, 'RUB', 1000000, 'reported', 1,
       bonus || ':v1:reported' FROM filled;
INSERT INTO postings (fact, source, destination, amount, member_id, store_id, bonus_id, event_id,
                      posted_at)
SELECT bonus || ':v1:reported', 'store_receivable', 'member_pending', 76, member, store, bonus,
       line, at FROM filled;
INSERT INTO inbox (topic, aggregate_id, version) SELECT 'conversions', line::text, 1 FROM filled;
INSERT INTO event_log (topic, key, aggregate_id, version, occurred_at, message, chain_hash)
SELECT 'bonuses', member::text, member::text, version, at, '{}',
       event_log_chain('{}') OVER (PARTITION BY member ORDER BY version) FROM filled;
UPDATE accounts SET pending = 76 * held.count, version = held.count, chain_hash = held.chain_hash
FROM (SELECT member, count(*), event_log_chain('{}') AS chain_hash FROM filled GROUP BY member)
    AS held WHERE member_id = member;
INSERT INTO store_balances SELECT store, 76 * count(*) FROM filled GROUP BY store;
DROP TABLE filled
"""


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the service, with so many bonuses stored at the start."""

    name: str
    url: str

    def number(self, query: str) -> int:
        """Answer one number."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
        return int(row[0] or 0) if row else 0

    def wrong(self) -> int:
        """Answer how many rows the views of drift have."""
        views = ("wrong_accounts", "wrong_stores", "wrong_bonuses", "wrong_rules")
        return sum(self.number(f"SELECT count(*) FROM {view}") for view in views)


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and Kafka of this bench."""

    folder: Path
    admin_dsn: str
    bootstrap: str

    def database(self, name: str, stored: int) -> Database:
        """Make a database with stores, members and bonuses stored."""
        databases.prepare(self.admin_dsn, name, dict.fromkeys(databases.ROLES, _PASSWORD))
        url = databases.as_role(self.admin_dsn, name, _ROLE, _PASSWORD)
        upgrade(f"services.{_ROLE}", url)
        engine = connect(url)
        with engine.begin() as connection:
            heard.save_stores(connection, [_store(number) for number in range(STORES)])
        engine.dispose()
        with psycopg.connect(url, options="-c statement_timeout=0") as filling:
            sizes = {"members": MEMBERS, "stores": STORES, "bonuses": stored}
            for statement in filter(str.strip, _FILL.split(";\n")):
                filling.execute(statement.encode(), sizes)
        with psycopg.connect(url, autocommit=True) as tidying:
            tidying.execute("VACUUM ANALYZE")
        return Database(name, url)

    def environment(self, kept: Database) -> dict[str, str]:
        """Answer the environment of bonus_status on one database, without its neighbours."""
        return os.environ | {
            "DATABASE_URL": kept.url,
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "OPERATOR_KEY": "bench",
            "SERVICE_KEY": "bench",
            "SESSION_KEYS": "00" * 32,
            "PROOF_KEYS": "00" * 32,
            "PARTNER_POSTBACK_URL": "http://127.0.0.1:1",
            "PAYOUT_URL": "http://127.0.0.1:1",
            "LOG_LEVEL": "WARNING",
        }

    def tpc_b(self, clients: int, seconds: int) -> float:
        """Answer pgbench's own transactions a second with so many clients."""
        said = self._pgbench(
            *("-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds)), "-n"
        )
        match = re.search(r"tps = ([\d.]+)", said)
        assert match is not None, said
        return float(match[1])

    def fill_tpc_b(self) -> None:
        """Make pgbench's tables."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute("CREATE DATABASE tpcb")
        self._pgbench("-i", "-I", "dtGvp", "-s", str(TPC_B_SCALE), "-q")

    def _pgbench(self, *options: str) -> str:
        command = [str(postgres.program("pgbench")), *options]
        dsn = databases.with_database(self.admin_dsn, "tpcb")
        return subprocess.run(
            [*command, dsn], check=True, capture_output=True, text=True, timeout=300
        ).stdout


class Consumer:
    """`python -m services.bonus_status consume` as it is deployed, on one database."""

    def __init__(self, servers: Servers, kept: Database) -> None:
        """Start it."""
        self._kept = kept
        command = [sys.executable, "-m", "services.bonus_status", "consume"]
        log = servers.folder / f"consume-{kept.name}.log"
        env = servers.environment(kept)
        self.running = process.start("consume", command, log=log, env=env, cwd=_ROOT)

    def memory_mb(self) -> float:
        """Answer its resident memory."""
        return float(psutil.Process(self.running.pid).memory_info().rss) / 2**20

    def stop(self) -> None:
        """Stop it."""
        process.stop(self.running)

    def apply(self, count: int, *, first: int = 0) -> float:
        """Wait until so many bonuses are committed; answer how many a second, start-up left out."""
        wanted = first + count
        marks: list[tuple[float, int]] = []
        with psycopg.connect(self._kept.url, autocommit=True) as watching:

            def done() -> bool:
                # The sequence of postings is what can be read without disturbing anybody.
                row = watching.execute("SELECT last_value FROM postings_posting_id_seq").fetchone()
                assert row is not None
                marks.append((time.perf_counter(), int(row[0])))
                return int(row[0]) >= wanted

            eventually(done, seconds=_SECONDS_FOR_A_BURST, what="the burst is applied")
        begun = next(mark for mark in marks if mark[1] > first)
        return (marks[-1][1] - begun[1]) / (marks[-1][0] - begun[0])


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """PostgreSQL with fsync on, and Kafka with the topics of the contract."""
    ports = free_ports(_FIRST_PORT, 3)
    started = [
        postgres.start(folder / "postgres", ports[0], _PASSWORD, log=folder / "postgres.log")
    ]
    try:
        started.append(kafka.start(folder / "kafka", *ports[1:], log=folder / "kafka.log"))
        bootstrap = f"127.0.0.1:{ports[1]}"
        topics.create(bootstrap)
        yield Servers(folder, postgres.dsn(ports[0], _PASSWORD), bootstrap)
    finally:
        for running in reversed(started):
            process.stop(running)
        postgres.forget(folder / "postgres")


def member(number: int) -> str:
    """Answer the id of a member, as the fill made it."""
    return str(UUID(hashlib.md5(f"member{number}".encode(), usedforsecurity=False).hexdigest()))


def store(number: int) -> str:
    """Answer the id of a store."""
    return f"store-{number}"


def _store(number: int) -> StoreView:
    name = store(number)
    terms_id = str(UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()))
    data = bonuses.store_data(name)
    data["terms"][0]["terms_id"] = terms_id
    return msgspec.convert(data, StoreView)
