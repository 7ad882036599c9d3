"""The memory of every process before and after 100 000 conversions went through the system."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from deploy.local import settings, state
from deploy.verify.run import verify
from tests.bench import postback_requests
from tests.bench.report import Row
from tests.support.stack import RunningStack, start_stack

EVENTS = 100_000
LARGEST_MB = 250
CONNECTIONS = 32
# A burst lasts its seconds even if all was sent before; a slower machine needs more of them.
_BURST = 10_000
_BURST_SECONDS = 12
_DRAIN_SECONDS = 300.0
_SERVERS = {"postgres", "redis", "kafka"}


def run() -> list[Row]:
    """Measure; takes about five minutes."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="cashback-memory-")))
        folder.chmod(0o711)  # PostgreSQL runs as another user when we are root
        stack = start_stack(folder, opened)
        before = _sizes(folder)
        _send(stack, folder)
        checks = verify(stack.system, wait_seconds=_DRAIN_SECONDS, say=lambda _: None)
        wrong = [check.says for check in checks if not check.holds]
        return [*_rows(before, _sizes(folder)), _went_through(stack, wrong)]


def _send(stack: RunningStack, folder: Path) -> None:
    known = settings.load(folder)
    assert known is not None
    click_key = bytes.fromhex(known.keys["click"])
    partner = _partner_of_first_store(stack)
    port = urlsplit(stack.system.urls["partner_postback"]).port
    assert port is not None
    sent = 0
    while sent < EVENTS:
        requests = postback_requests.write(
            folder / "bench.requests", _BURST, partner["secret"], click_key
        )
        load = postback_requests.burst(
            port,
            f"/postbacks/{partner['id']}",
            requests,
            seconds=_BURST_SECONDS,
            connections=CONNECTIONS,
        )
        assert load.failed == 0, load
        sent += load.answered


def _partner_of_first_store(stack: RunningStack) -> Mapping[str, str]:
    with psycopg.connect(stack.system.auditor_dsn) as auditor:
        number = postback_requests.STORE_NUMBER
        query = "SELECT partner_id FROM catalog.stores WHERE number = %s"
        row = auditor.execute(query, [number]).fetchone()
    assert row is not None
    return next(one for one in stack.system.demo["partners"] if one["id"] == row[0])


def _sizes(folder: Path) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for name, running in state.processes(folder).items():
        if name in _SERVERS:
            continue
        process = psutil.Process(running.pid)
        for place, one in enumerate((process, *process.children(recursive=True))):
            worker = f" worker {place}" if place else ""
            sizes[f"{name}{worker}"] = one.memory_info().rss / 2**20
    return sizes


def _rows(before: Mapping[str, float], after: Mapping[str, float]) -> list[Row]:
    return [
        Row(
            name,
            f"{before.get(name, 0):.0f} MB → {size:.0f} MB",
            f"≤ {LARGEST_MB} MB",
            holds=size <= LARGEST_MB,
            figures={"before_mb": before.get(name), "after_mb": size},
        )
        for name, size in sorted(after.items(), key=lambda one: -one[1])
    ]


def _went_through(stack: RunningStack, wrong: list[str]) -> Row:
    with psycopg.connect(stack.system.auditor_dsn) as auditor:
        row = auditor.execute("SELECT count(*) FROM bonus_status.bonuses").fetchone()
    assert row is not None
    return Row(
        "conversions that became bonuses, and verify afterwards",
        f"{row[0]:,}, " + (f"false: {'; '.join(wrong)}" if wrong else "all true"),
        f"≥ {EVENTS:,}, all true",
        holds=row[0] >= EVENTS and not wrong,
    )
