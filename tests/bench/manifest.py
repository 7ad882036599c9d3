"""The plan of a run for 1 000 000 members against one INSERT … SELECT of the same payouts."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psutil
import psycopg

from deploy import databases
from services.payout.domain import TopUpLimits
from services.payout.monthly_run import planning
from services.payout.store import runs
from shared.clock import utc_now
from shared.database import connect
from shared.migrate import upgrade
from shared.months import Month
from tests.bench import ledger_targets
from tests.bench.ledger_targets import Servers
from tests.bench.report import Row
from tests.bench.scratch import scratch

MEMBERS = int(1_000_000 * float(os.environ.get("CASHBACK_BENCH_SHARE", "1")))
MONTH = Month(2026, 12)
MOST_OF_AN_INSERT = 3.0
FLAT_MB = 40.0
_ROLE, _PASSWORD = "payout", "bench"
_LIMITS = TopUpLimits(1, 100_000)
# Everybody has his own number as goal, and one bonus or two to spend.
_FILL = """
INSERT INTO members (member_id, registered_at)
SELECT md5('member' || n)::uuid, '2026-01-01' FROM generate_series(1, %(members)s) AS n;
INSERT INTO goals (goal_id, member_id, kind, position)
SELECT md5('goal' || n)::uuid, md5('member' || n)::uuid, 'top_up', 1
FROM generate_series(1, %(members)s) AS n;
INSERT INTO accruals (bonus_id, member_id, available, accrued_at)
SELECT md5('bonus' || n)::uuid, md5('member' || n %% %(members)s + 1)::uuid, 50 + n %% 900,
       '2026-10-01' FROM generate_series(0, %(members)s * 3 / 2) AS n
"""
_RUN = "INSERT INTO runs (month, cutoff_at, started_at) VALUES ('2026-12', '2026-12-01', now())"
_BARE = """
INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum, requested_at)
SELECT gen_random_uuid(), '2026-12', member_id, goal_id, 'top_up', points, 1, now()
FROM (SELECT member_id, sum(available) AS points FROM accruals
      WHERE accrued_at < '2026-12-01' GROUP BY member_id) AS free
JOIN members USING (member_id) JOIN goals USING (member_id)
WHERE status = 'active' AND debt = 0 AND points >= 1
"""


def run() -> list[Row]:
    """Measure; takes about three minutes."""
    with scratch("manifest") as (folder, opened):
        servers = opened.enter_context(ledger_targets.servers(folder))
        bare_url, url = (_filled(servers, name) for name in ("bare", "planned"))
        with psycopg.connect(bare_url, options="-c statement_timeout=0") as bare:
            bare.execute(_RUN)
            bare_seconds = _seconds(lambda: bare.execute(_BARE))
            rows = bare.execute("SELECT count(*) FROM payouts").fetchone()
        seconds, megabytes, payouts = _plan(url)
        assert rows is not None
        assert payouts == rows[0]
    return [_plan_row(payouts, seconds, bare_seconds), _memory_row(megabytes)]


def _plan(url: str) -> tuple[float, list[float], int]:
    engine, process = connect(url), psutil.Process()
    with engine.begin() as connection:
        run = planning.begin(connection, MONTH, "bench", datetime(2026, 12, 1, 9, tzinfo=UTC))
    begun = time.perf_counter()
    chunks = planning.plan(engine, run, _LIMITS, utc_now)
    megabytes = [process.memory_info().rss / 2**20 for _ in chunks]
    seconds = time.perf_counter() - begun
    with engine.connect() as connection:
        planned = runs.get(connection, MONTH).payouts
    engine.dispose()
    return seconds, megabytes, planned


def _filled(servers: Servers, name: str) -> str:
    databases.prepare(servers.admin_dsn, name, dict.fromkeys(databases.ROLES, _PASSWORD))
    url = databases.as_role(servers.admin_dsn, name, _ROLE, _PASSWORD)
    upgrade(f"services.{_ROLE}", url)
    with psycopg.connect(url, options="-c statement_timeout=0") as filling:
        for statement in _FILL.split(";\n"):
            filling.execute(statement.encode(), {"members": MEMBERS})
    with psycopg.connect(url, autocommit=True) as tidying:
        tidying.execute("VACUUM ANALYZE")
    return url


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _plan_row(payouts: int, seconds: float, bare_seconds: float) -> Row:
    ratio = seconds / bare_seconds
    return Row(
        f"the manifest of {payouts:,} payouts ÷ one INSERT … SELECT of them into the same table",
        f"{ratio:.2f} ({seconds:.0f} s against {bare_seconds:.0f} s)",
        f"≤ {MOST_OF_AN_INSERT}",
        holds=ratio <= MOST_OF_AN_INSERT,
        figures={"seconds": seconds, "bare_seconds": bare_seconds},
    )


def _memory_row(megabytes: list[float]) -> Row:
    early, largest = megabytes[len(megabytes) // 10], max(megabytes)
    return Row(
        "memory while it is planned, after a tenth → at most",
        f"{early:.0f} → {largest:.0f} MB",
        f"+ {FLAT_MB:.0f} MB",
        holds=largest - early <= FLAT_MB,
    )
