"""History pages against a bare SELECT, a rebuild against TPC-B, verify against one scan."""

import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection

import psycopg
from psycopg.rows import dict_row

from deploy import databases
from deploy.verify import books
from tests.bench import bonuses_targets, ledger_targets
from tests.bench.bonuses_targets import MEMBER, Rebuilt
from tests.bench.ledger_targets import Database, Servers
from tests.bench.report import Row
from tests.bench.scratch import scratch

HELD = 10_000
MEMBERS = (1_000, 1_000_000)
# For a look at it on the way: CASHBACK_BENCH_SHARE=0.1 takes a tenth of everything.
_SHARE = float(os.environ.get("CASHBACK_BENCH_SHARE", "1"))
EVENTS = int(1_000_000 * _SHARE)
POSTINGS = int(1_000_000 * _SHARE)
ASKED = int(3_000 * _SHARE)
ROUNDS = 3
CLIENTS, SECONDS = 16, 5
MOST_OF_A_SELECT = 3.0
INDEPENDENT = 1.25
LEAST_OF_TPC_B = 3.0
MOST_OF_A_SCAN = 3.0
FLAT_MB = 40.0
_HISTORY = (
    f"/members/{MEMBER}/bonuses?status=accrued&from=2025-01-01T00:00:00Z"
    "&to=2026-01-01T00:00:00Z&limit=20"
)
_SCAN = """
SELECT (SELECT sum(amount) FROM bonus_status.postings), (SELECT sum(amount) FROM
bonus_status.bonuses), (SELECT sum(pending) FROM bonus_status.accounts),
(SELECT sum(owed) FROM bonus_status.store_balances)
"""


def run() -> list[Row]:
    """Measure; takes about ten minutes."""
    with scratch("bonuses") as (folder, opened):
        servers = opened.enter_context(ledger_targets.servers(folder))
        return [*_pages(servers), *_rebuilds(servers), *_verify(servers)]


def _pages(servers: Servers) -> list[Row]:
    """Ask both servers in turns, so that whatever slows the machine down slows both."""
    with ExitStack() as opened:
        asking = [_server(opened, servers, count) for count in MEMBERS]
        times = [[ask() for each in asking for ask in each] for _ in range(ASKED)]
    few, bare_few, many, bare_many = (_p99(one) for one in zip(*times[ASKED // 10 :], strict=True))
    ratio = many / few
    says = f"the same page, {MEMBERS[1]:,} ÷ {MEMBERS[0]:,} members"
    return [
        _page_row(MEMBERS[0], few, bare_few),
        _page_row(MEMBERS[1], many, bare_many),
        Row(says, f"{ratio:.2f}", f"≤ {INDEPENDENT}", holds=ratio <= INDEPENDENT),
    ]


def _server(opened: ExitStack, servers: Servers, members: int) -> list[Callable[[], float]]:
    """Start a server; answer how to ask it for the history page, and for one SELECT."""
    name = f"members_{members}"
    kept = bonuses_targets.with_many_bonuses(servers, name, members=members, count=HELD)
    connection = opened.enter_context(bonuses_targets.serving(servers, kept))
    bare = f"/bench/{_one_of(kept)}"
    return [lambda: _ask(connection, _HISTORY), lambda: _ask(connection, bare)]


def _ask(connection: HTTPConnection, path: str) -> float:
    return bonuses_targets.milliseconds(connection, path)


def _one_of(kept: Database) -> str:
    with psycopg.connect(kept.url) as connection:
        row = connection.execute("SELECT bonus_id::text FROM bonuses LIMIT 1").fetchone()
    assert row is not None
    return str(row[0])


def _page_row(members: int, page: float, select: float) -> Row:
    ratio = page / select
    return Row(
        f"p99 of a filtered history page, {HELD:,} bonuses, {members:,} members ÷ one SELECT",
        f"{ratio:.2f} ({page:.1f} ms against {select:.1f} ms)",
        f"≤ {MOST_OF_A_SELECT}",
        holds=ratio <= MOST_OF_A_SELECT,
        figures={"page_ms": page, "select_ms": select},
    )


def _rebuilds(servers: Servers) -> list[Row]:
    servers.fill_tpc_b()
    with bonuses_targets.said_by_services(servers, "rebuilt", EVENTS) as environment:
        before = servers.tpc_b(CLIENTS, SECONDS)
        told = bonuses_targets.rebuild(environment)
        after = servers.tpc_b(CLIENTS, SECONDS)
    return [_rebuild_row(told, (before + after) / 2), _memory_row(told)]


def _rebuild_row(told: Rebuilt, tpc_b: float) -> Row:
    rate = EVENTS / told.whole_seconds
    ratio = rate / tpc_b
    return Row(
        f"rebuild from {EVENTS:,} events, read over HTTP and applied ÷ TPC-B",
        f"{ratio:.2f} ({rate:,.0f}/s against {tpc_b:,.0f}/s; all was read after"
        f" {told.reading_seconds:.0f} of {told.whole_seconds:.0f} s)",
        f"≥ {LEAST_OF_TPC_B}",
        holds=ratio >= LEAST_OF_TPC_B,
        figures={"seconds": told.whole_seconds, "reading_seconds": told.reading_seconds},
    )


def _memory_row(told: Rebuilt) -> Row:
    # Its buffers are full after a tenth.
    early, largest = told.megabytes[len(told.megabytes) // 10], max(told.megabytes)
    return Row(
        "memory of the rebuild, after a tenth → at most",
        f"{early:.0f} → {largest:.0f} MB",
        f"+ {FLAT_MB:.0f} MB",
        holds=largest - early <= FLAT_MB,
        figures={"megabytes": told.megabytes},
    )


def _verify(servers: Servers) -> list[Row]:
    kept = servers.database("verified", POSTINGS)
    dsn = databases.as_role(servers.admin_dsn, kept.name, "auditor", "bench")
    with psycopg.connect(dsn, row_factory=dict_row, options="-c statement_timeout=0") as auditor:
        rounds = [
            (
                _seconds(lambda: auditor.execute(_SCAN).fetchall()),
                _seconds(lambda: books.checks(auditor)),
            )
            for _ in range(ROUNDS)
        ]
        right = all(check.holds for check in books.checks(auditor))
    ratio = statistics.median(checks / scan for scan, checks in rounds)
    scan, checks = (statistics.median(one) for one in zip(*rounds, strict=True))
    measured = f"{ratio:.2f} ({checks:.2f} s against {scan:.2f} s), {'true' if right else 'false'}"
    says = f"verify of the books, {POSTINGS:,} postings ÷ one scan of the same tables"
    holds = right and ratio <= MOST_OF_A_SCAN
    return [Row(says, measured, f"≤ {MOST_OF_A_SCAN}, true", holds=holds)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _p99(times: tuple[float, ...]) -> float:
    return statistics.quantiles(times, n=100)[98]
