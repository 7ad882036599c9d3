"""The click's redirect against nginx and bare Flask, killed under load, and without Kafka."""

import shutil
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil

from deploy.local import kafka, process
from deploy.local.ports import free_ports
from shared.kafka import create_topics
from tests.bench import redirect_faults
from tests.bench.redirect_targets import (
    STORE,
    Target,
    bare_flask,
    cookies_of,
    nginx,
    ours,
    settings_of,
)
from tests.bench.report import Row
from tests.bench.wrk import Load, burst, write_script

ROUNDS = 7
SECONDS = 2
LEAST_OF_NGINX = 0.40
LEAST_OF_FLASK = 2.5
LONGEST_P99_MS = 10.0
_TOPICS = {"stores": (1, {"cleanup.policy": "compact"}), "clicks": (12, {})}


def run() -> list[Row]:
    """Measure; takes about two minutes."""
    folder = Path(tempfile.mkdtemp(prefix="cashback-bench-"))
    try:
        with ExitStack() as cleanup:
            return _measure(folder, cleanup)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, cleanup: ExitStack) -> list[Row]:
    port, controller = free_ports(19_300, 2)
    bootstrap = f"127.0.0.1:{port}"

    def start_broker() -> None:
        log = folder / "kafka.log"
        brokers.append(kafka.start(folder / "kafka", port, controller, log=log))

    brokers: list[process.Running] = []
    cleanup.callback(lambda: [process.stop(one) for one in brokers])
    # Before the broker starts: what warms up on these cores is neither the limit's affair nor ours.
    rows = _side_by_side(folder / "speed", bootstrap)
    start_broker()
    create_topics(bootstrap, _TOPICS)
    outage = redirect_faults.outage(folder / "outage", bootstrap, brokers[0], start_broker)
    return [*rows, *_outage_rows(*outage), redirect_faults.kills(folder / "kills", bootstrap)]


def _side_by_side(folder: Path, bootstrap: str) -> list[Row]:
    settings = settings_of(folder / "journal", bootstrap)
    script = write_script(folder / "clicks.lua", f"/go/{STORE}", cookies_of(settings))
    with (
        nginx(folder / "nginx") as limit,
        bare_flask(folder / "flask") as flask,
        ours(folder, settings) as web,
    ):
        targets = {"nginx": limit, "flask": flask, "ours": web}
        return _compare(targets, script, folder / "journal")


def _compare(targets: dict[str, Target], script: Path, journal: Path) -> list[Row]:
    for target in targets.values():
        burst(target.port, script, 1)  # warm
    rounds: list[dict[str, Load]] = []
    before = len(redirect_faults.kept(journal))
    for number in range(ROUNDS):
        order = sorted(targets) if number % 2 else sorted(targets, reverse=True)
        rounds.append({name: burst(targets[name].port, script, SECONDS) for name in order})
    answered = sum(one["ours"].answered for one in rounds)
    missing = answered - (len(redirect_faults.kept(journal)) - before)
    figures = {name: [one[name].per_second for one in rounds] for name in targets}
    return [
        _speed("nginx return 302, access log on", rounds, "nginx"),
        _speed("bare Flask redirect, granian", rounds, "flask"),
        _speed("ours, click in the journal", rounds, "ours"),
        _ratio("ours / nginx", rounds, "nginx", LEAST_OF_NGINX, figures),
        _ratio("ours / bare Flask", rounds, "flask", LEAST_OF_FLASK, figures),
        _p99("p99 at 32 connections", [one["ours"] for one in rounds]),
        Row(
            "answered clicks missing in the journal",
            f"{max(missing, 0)} of {answered}",
            "0",
            holds=missing <= 0,
        ),
        _memory(targets["ours"]),
    ]


def _speed(what: str, rounds: list[dict[str, Load]], name: str) -> Row:
    speeds = [one[name].per_second for one in rounds]
    p99 = statistics.median(one[name].p99_ms for one in rounds)
    low, middle, high = min(speeds), statistics.median(speeds), max(speeds)
    return Row(
        what,
        f"{middle:,.0f}/s ({low:,.0f} to {high:,.0f}), p99 {p99:.1f} ms",
        figures={"per_second": speeds, "p99_ms": [one[name].p99_ms for one in rounds]},
    )


def _ratio(
    what: str, rounds: list[dict[str, Load]], limit: str, least: float, figures: dict[str, object]
) -> Row:
    ratios = [one["ours"].per_second / one[limit].per_second for one in rounds]
    median = statistics.median(ratios)
    return Row(
        f"{what}, median of {len(rounds)} pairs",
        f"{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        f"≥ {least}",
        holds=median >= least,
        figures={"ratios": ratios, **figures},
    )


def _outage_rows(up: list[Load], down: list[Load], clicked: int, lost: int) -> list[Row]:
    return [
        _p99("p99 with Kafka up and the shipper at work", up),
        _p99("p99 with Kafka killed (Redis, PostgreSQL not running)", down),
        Row("clicks not in Kafka after it came back", f"{lost} of {clicked}", "0", holds=not lost),
    ]


def _p99(what: str, loads: list[Load]) -> Row:
    median = statistics.median(load.p99_ms for load in loads)
    speed = statistics.median(load.per_second for load in loads)
    failed = sum(load.failed for load in loads)
    return Row(
        what,
        f"{median:.1f} ms at {speed:,.0f}/s, {failed} failed",
        f"≤ {LONGEST_P99_MS:.0f} ms, 0 failed",
        holds=median <= LONGEST_P99_MS and not failed,
        figures={"p99_ms": [load.p99_ms for load in loads]},
    )


def _memory(target: Target) -> Row:
    server = psutil.Process(target.running.pid)
    sizes = [one.memory_info().rss / 2**20 for one in (server, *server.children(recursive=True))]
    return Row(
        "memory of the web process after the load",
        " + ".join(f"{size:.0f} MB" for size in sizes),
        "≤ 250 MB each",
        holds=max(sizes) <= 250,
    )
