"""Top-ups executed, from reserved to the commit, against a bare session pool that only calls.

A worker is a process, `python -m services.payout execute`: four of one thread each are measured
against a pool of the same shape that calls the same stand-in in turn with them. So are four threads
of one process, which share an interpreter: that costs no more memory, and its ratio is told beside.

What a payout costs is told in bare calls of the same minutes: the machine's pace comes and goes.
"""

import os
import resource
import statistics
import subprocess
from dataclasses import dataclass

from tests.bench import execute_targets
from tests.bench.execute_targets import Spent, World
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.support.processes import ROOT

# All of them are executed; EXECUTE_PAYOUTS=1000000 takes half an hour.
PAYOUTS = int(os.environ.get("EXECUTE_PAYOUTS", "60000"))
FEW = 10_000
ROUNDS = 3
BURST = 3_000
WORKERS = 4
LEAST_OF_BARE = 0.7
MOST_APART = 0.15
LARGEST_MB = 250
MOST_GROWN_MB = 10
_STEPS = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A burst of payouts, and one of bare calls: their rate, and processor milliseconds of each."""

    spent: Spent
    bare_rate: float
    bare_cost: float

    @property
    def ratio(self) -> float:
        """Answer payouts for each bare call that the same time would have held."""
        return self.spent.rate / self.bare_rate

    @property
    def cost(self) -> float:
        """Answer what a payout costs, in bare calls."""
        return self.spent.cost / self.bare_cost


def run() -> list[Row]:
    """Measure; takes about four minutes."""
    with scratch("execute") as (folder, opened):
        members = PAYOUTS + FEW
        world = opened.enter_context(execute_targets.world(folder, members))
        return _measure(world)


def _measure(world: World) -> list[Row]:
    with world.executing(WORKERS, 1):
        world.payouts.execute(100)
        processes = [_pair(world, WORKERS, 1) for _ in range(ROUNDS)]
    with world.executing(1, WORKERS):
        world.payouts.execute(100)
        threads = [_pair(world, 1, WORKERS) for _ in range(ROUNDS)]
        sizes = _grow(world)
        many = [_pair(world, 1, WORKERS) for _ in range(ROUNDS)]
        sizes.append(world.payouts.memory_mb())
    return [
        _ratio(f"{WORKERS} workers", processes, LEAST_OF_BARE),
        _ratio(f"{WORKERS} threads of one worker", threads, None),
        _apart(threads, many, world.payouts.made),
        _memory(sizes, world.payouts.made),
        _right(world),
    ]


def _pair(world: World, processes: int, threads: int) -> Pair:
    before = _spent_by_children()
    rate = _bare(world.billing_url, processes, threads)
    cost = (_spent_by_children() - before) / BURST * 1000
    return Pair(world.payouts.execute(BURST), rate, cost)


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _grow(world: World) -> list[float]:
    """Execute nearly all of the payouts; answer the memory on the way."""
    sizes = [world.payouts.memory_mb()]
    step = (PAYOUTS - world.payouts.made - ROUNDS * BURST) // _STEPS
    for _ in range(_STEPS):
        world.payouts.execute(step)
        sizes.append(world.payouts.memory_mb())
    return sizes


def _bare(url: str, processes: int, threads: int) -> float:
    """Answer the calls a second of a bare pool of so many processes and threads."""
    calls = BURST // processes
    parts = ["-m", "tests.bench.bare_calls", url, calls, threads]
    command = execute_targets.command(parts)
    pool = [_Pooled(command) for _ in range(processes)]
    for one in pool:
        one.go()
    spans = [one.span() for one in pool]
    took = max(end for _, end in spans) - min(begin for begin, _ in spans)
    return calls * processes / took


class _Pooled:
    """One process of the bare pool."""

    def __init__(self, command: list[str]) -> None:
        pipe = subprocess.PIPE
        self._running = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        assert self._read() == "ready"

    def go(self) -> None:
        """Let it call."""
        assert self._running.stdin is not None
        self._running.stdin.write("go\n")
        self._running.stdin.flush()

    def span(self) -> tuple[float, float]:
        """Wait for its end; answer when it began and ended."""
        begin, end = self._read().split()
        self._running.communicate(timeout=10)
        return float(begin), float(end)

    def _read(self) -> str:
        assert self._running.stdout is not None
        return self._running.stdout.readline().strip()


def _ratio(shape: str, pairs: list[Pair], least: float | None) -> Row:
    ratios = [one.ratio for one in pairs]
    ours = statistics.median(one.spent.rate for one in pairs)
    bare = statistics.median(one.bare_rate for one in pairs)
    middle = statistics.median(ratios)
    return Row(
        f"payouts executed ÷ bare calls, {shape}, median of {len(pairs)} pairs",
        f"{middle:.2f} ({ours:,.0f}/s against {bare:,.0f}/s)",
        f"≥ {least}" if least else "",
        holds=middle >= least if least else None,
        figures={"ratios": ratios, "costs": [one.spent.cost for one in pairs]},
    )


def _apart(few: list[Pair], many: list[Pair], made: int) -> Row:
    early, late = (statistics.median(one.cost for one in pairs) for pairs in (few, many))
    apart = late / early - 1
    took = [statistics.median(one.spent.cost for one in pairs) for pairs in (few, many)]
    return Row(
        "processor time a payout of executors and PostgreSQL, in bare calls of the same minutes, at"
        f" {FEW:,} and {made:,} payouts",
        f"{early:.2f} ({took[0]:.2f} ms), {late:.2f} ({took[1]:.2f} ms): {apart:+.0%}",
        f"± {MOST_APART:.0%}",
        holds=abs(apart) <= MOST_APART,
        figures={
            "few": [vars_of(one.spent) for one in few],
            "many": [vars_of(one.spent) for one in many],
        },
    )


def vars_of(spent: Spent) -> dict[str, float]:
    """Answer the parts of a cost."""
    return {
        "rate": spent.rate,
        "executors_ms": spent.executors / spent.payouts * 1000,
        "database_ms": spent.database / spent.payouts * 1000,
    }


def _memory(sizes: list[float], made: int) -> Row:
    grown = sizes[-1] - sizes[1]
    return Row(
        "memory of the executing process",
        f"{sizes[0]:.0f} MB early, {sizes[-1]:.0f} MB after {made:,} payouts",
        f"≤ {LARGEST_MB} MB, grown by ≤ {MOST_GROWN_MB} MB",
        holds=max(sizes) <= LARGEST_MB and grown <= MOST_GROWN_MB,
        figures={"megabytes": sizes},
    )


def _right(world: World) -> Row:
    wrong = world.payouts.wrong()
    return Row(
        "payouts not completed at the first attempt",
        f"{wrong} of {world.payouts.made:,}",
        "0",
        holds=wrong == 0,
    )
