"""Certificates redeemed at tills, against pgbench updating one row a commit on the same server."""

import statistics
from dataclasses import dataclass

from tests.bench import redeem_targets
from tests.bench.redeem_targets import Tills
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.bench.wrk import Load

ROUNDS = 5
SECONDS = 3
CLIENTS = 32
LEAST_OF_UPDATES = 0.5
# More than the fastest server has taken in that time.
_MOST_PER_SECOND = 4_000


@dataclass(frozen=True, slots=True)
class Round:
    """One interleaved measurement of both."""

    updates: float
    redeemed: Load
    cpu_seconds: float


def run() -> list[Row]:
    """Measure; takes about a minute."""
    with scratch("redeem") as (folder, opened):
        tills = opened.enter_context(redeem_targets.tills(folder))
        _burst(tills, "warm", 1)
        rounds = [_round(tills, number) for number in range(ROUNDS)]
        redeemed = tills.count("redemptions WHERE receipt NOT LIKE 'warm%'")
        twice = redeemed - tills.count("certificates WHERE status = 'redeemed'")
        return [*_rows(rounds), _right(rounds, redeemed, twice)]


def _round(tills: Tills, number: int) -> Round:
    # Every other round the other way about, so that no order favours anybody.
    updates = None if number % 2 else tills.pgbench(seconds=SECONDS, clients=CLIENTS)
    before = tills.cpu_seconds()
    load = _burst(tills, f"R{number}", SECONDS)
    taken = tills.cpu_seconds() - before
    return Round(updates or tills.pgbench(seconds=SECONDS, clients=CLIENTS), load, taken)


def _burst(tills: Tills, name: str, seconds: int) -> Load:
    return tills.redeem(name, _MOST_PER_SECOND * seconds, seconds=seconds, clients=CLIENTS)


def _rows(rounds: list[Round]) -> list[Row]:
    updates = [one.updates for one in rounds]
    redeemed = [one.redeemed.per_second for one in rounds]
    p99 = statistics.median(one.redeemed.p99_ms for one in rounds)
    ratios = [one.redeemed.per_second / one.updates for one in rounds]
    median = statistics.median(ratios)
    cpu = statistics.median(one.cpu_seconds / one.redeemed.answered for one in rounds)
    return [
        Row(f"pgbench, one UPDATE a commit, {CLIENTS} clients", _speed(updates)),
        Row(f"redeemed at {CLIENTS} tills", f"{_speed(redeemed)}, p99 {p99:.0f} ms"),
        Row("of a core, in our web process, each", f"{1e6 * cpu:.0f} µs"),
        Row(
            f"redeemed / UPDATE, median of {len(ratios)} pairs",
            f"{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            f"≥ {LEAST_OF_UPDATES}",
            holds=median >= LEAST_OF_UPDATES,
            figures={"ratios": ratios, "updates": updates, "redeemed": redeemed},
        ),
    ]


def _speed(per_second: list[float]) -> str:
    middle = statistics.median(per_second)
    return f"{middle:,.0f}/s ({min(per_second):,.0f} to {max(per_second):,.0f})"


def _right(rounds: list[Round], redeemed: int, twice: int) -> Row:
    answered = sum(one.redeemed.answered for one in rounds)
    failed = sum(one.redeemed.failed for one in rounds)
    missing = max(answered - failed - redeemed, 0)
    return Row(
        "redemptions missing, failed, of a certificate that was redeemed before",
        f"{missing}, {failed}, {max(twice, 0)} of {answered:,}",
        "0, 0, 0",
        holds=not missing and not failed and twice <= 0,
    )
