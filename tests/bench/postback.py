"""A durable signed postback, against pgbench writing the same rows and against gunicorn gthread."""

import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from services.partner_postback.config import DEFAULT_THREADS
from tests.bench import postback_requests
from tests.bench.postback_targets import (
    MACRO_PATH,
    PATH,
    PGBENCH_CLIENTS,
    Database,
    Partner,
    Web,
    database,
    granian,
    gunicorn,
    settings_of,
    sign_up,
)
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.bench.wrk import Load

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 64
LEAST_OF_PGBENCH = 0.16
LEAST_OF_GUNICORN = 1.5
LEAST_OF_SIGNED = 0.85
LARGEST_MB = 250
# More than the fastest server has taken in that time: after the last one wrk only waits.
_MOST_PER_SECOND = 6_000
_CLICK_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Round:
    """One interleaved measurement of all four."""

    pgbench: float
    granian: Load
    gunicorn: Load
    macro: Load


class _Server(Protocol):
    def __call__(self, seconds: int) -> Load: ...


def run() -> list[Row]:
    """Measure; takes about a minute and a half."""
    with scratch("postback") as (folder, opened):
        return _measure(folder, opened)


def _measure(folder: Path, opened: ExitStack) -> list[Row]:
    kept = opened.enter_context(database(folder))
    settings = settings_of(kept.service_url, _CLICK_KEY)
    ours = opened.enter_context(granian(folder, settings))
    plain = opened.enter_context(gunicorn(folder, settings, DEFAULT_THREADS))
    partner = sign_up(ours, settings, kept.service_url, _CLICK_KEY)
    servers = [_server(web, partner, folder) for web in (ours, plain)]
    servers.append(_macro_server(ours, partner, folder))
    for server in servers:
        server(1)  # warm
    before = kept.count("conversions")
    rounds = [_round(number, kept, *servers) for number in range(ROUNDS)]
    made = kept.count("conversions") - before
    return [*_rows(rounds), _durable(rounds, made), _memory(ours)]


def _server(web: Web, partner: Partner, folder: Path) -> _Server:
    def send(seconds: int) -> Load:
        signed = folder / f"{web.running.name}.requests"
        count = _MOST_PER_SECOND * seconds
        postback_requests.write(signed, count, partner.secret, partner.click_key)
        return postback_requests.burst(
            web.port, PATH, signed, seconds=seconds, connections=CONNECTIONS
        )

    return send


def _macro_server(web: Web, partner: Partner, folder: Path) -> _Server:
    def send(seconds: int) -> Load:
        queries = folder / "macro.requests"
        count = _MOST_PER_SECOND * seconds
        postback_requests.write_macros(queries, count, partner.key, partner.click_key)
        return postback_requests.burst(
            web.port, MACRO_PATH, queries, seconds=seconds, connections=CONNECTIONS
        )

    return send


def _round(number: int, kept: Database, ours: _Server, plain: _Server, macro: _Server) -> Round:
    # Every other round the other way about, so that no order favours anybody.
    if number % 2:
        by_get, slow, fast = macro(SECONDS), plain(SECONDS), ours(SECONDS)
        return Round(kept.pgbench(SECONDS), fast, slow, by_get)
    limit = kept.pgbench(SECONDS)
    return Round(limit, ours(SECONDS), plain(SECONDS), macro(SECONDS))


def _rows(rounds: list[Round]) -> list[Row]:
    limits = [one.pgbench for one in rounds]
    figures: dict[str, object] = {"pgbench": limits}
    for name in ("granian", "gunicorn", "macro"):
        loads: list[Load] = [getattr(one, name) for one in rounds]
        figures[name] = [load.per_second for load in loads]
        figures[f"{name}_p99_ms"] = [load.p99_ms for load in loads]
    of_pgbench = [one.granian.per_second / one.pgbench for one in rounds]
    of_gunicorn = [one.granian.per_second / one.gunicorn.per_second for one in rounds]
    of_signed = [one.macro.per_second / one.granian.per_second for one in rounds]
    return [
        Row(f"pgbench, the same three rows, {PGBENCH_CLIENTS} clients", _speed(limits)),
        Row("gunicorn gthread, the same endpoint", _load([one.gunicorn for one in rounds])),
        Row("ours under granian, signed and durable", _load([one.granian for one in rounds])),
        _ratio("ours / pgbench", of_pgbench, LEAST_OF_PGBENCH, figures),
        _ratio("ours / gunicorn gthread", of_gunicorn, LEAST_OF_GUNICORN, {}),
        Row("ours under granian, a GET with macros", _load([one.macro for one in rounds])),
        _ratio("macro GET / signed JSON", of_signed, LEAST_OF_SIGNED, {}),
    ]


def _speed(per_second: list[float]) -> str:
    middle = statistics.median(per_second)
    return f"{middle:,.0f}/s ({min(per_second):,.0f} to {max(per_second):,.0f})"


def _load(loads: list[Load]) -> str:
    p50 = statistics.median(load.p50_ms for load in loads)
    p99 = statistics.median(load.p99_ms for load in loads)
    return f"{_speed([one.per_second for one in loads])}, p50 {p50:.0f} ms, p99 {p99:.0f} ms"


def _ratio(what: str, ratios: list[float], least: float, figures: dict[str, object]) -> Row:
    median = statistics.median(ratios)
    return Row(
        f"{what}, median of {len(ratios)} pairs",
        f"{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        f"≥ {least}",
        holds=median >= least,
        figures={"ratios": ratios, **figures},
    )


def _durable(rounds: list[Round], made: int) -> Row:
    loads = [load for one in rounds for load in (one.granian, one.gunicorn, one.macro)]
    answered, failed = sum(load.answered for load in loads), sum(load.failed for load in loads)
    missing = max(answered - failed - made, 0)
    return Row(
        "answered postbacks without their conversion",
        f"{missing} of {answered:,}, {failed} failed",
        "0, 0 failed",
        holds=not missing and not failed,
    )


def _memory(web: Web) -> Row:
    server = psutil.Process(web.running.pid)
    sizes = [one.memory_info().rss / 2**20 for one in (server, *server.children(recursive=True))]
    return Row(
        "memory of the web process after the load",
        " + ".join(f"{size:.0f} MB" for size in sizes),
        f"≤ {LARGEST_MB} MB each",
        holds=max(sizes) <= LARGEST_MB,
    )
