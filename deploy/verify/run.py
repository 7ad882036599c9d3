"""Runs the checks: waits until nothing is on its way, then judges everything in one snapshot."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row

from deploy.target import Target
from deploy.verify import books, chain, intake, journey, queues, reconciled, runs
from deploy.verify.books import Auditor
from deploy.verify.check import Check

PAUSE_SECONDS = 0.5
# A queue can look empty for a moment while a message is between two of them.
QUIET_LOOKS = 3
_STATEMENT_SECONDS = 60
_MEMORY_MB = 128


def verify(system: Target, *, wait_seconds: float, say: Callable[[str], None]) -> list[Check]:
    """Wait, at most so long, for the queues to drain, and judge everything."""
    _wait_until_quiet(system, wait_seconds, say)
    with _auditor(system) as auditor:
        return [
            *books.checks(auditor),
            *chain.checks(auditor),
            *intake.checks(auditor),
            *journey.checks(auditor, system),
            *runs.checks(auditor, system),
            reconciled.check(auditor),
            *queues.checks(auditor, system),
        ]


def _wait_until_quiet(system: Target, wait_seconds: float, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + wait_seconds
    pause, quiet = threading.Event(), 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline:
        waiting = _still_moving(system)
        quiet = 0 if waiting else quiet + 1
        if waiting:
            say("waiting for " + ", ".join(waiting))
        pause.wait(PAUSE_SECONDS)


def _still_moving(system: Target) -> list[str]:
    with _auditor(system) as auditor:
        moving = [*queues.checks(auditor, system), *journey.checks(auditor, system)]
    faults = {name: count for check in moving for name, count in check.faults.items()}
    return [f"{name.replace('_', ' ')}: {count}" for name, count in faults.items()]


@contextmanager
def _auditor(system: Target) -> Iterator[Auditor]:
    """Read all schemas as they were at one moment."""
    with psycopg.connect(
        system.auditor_dsn,
        row_factory=dict_row,
        # Sums for every member fit into memory: spilled to disk they take twice as long.
        options=f"-c statement_timeout={_STATEMENT_SECONDS}s -c work_mem={_MEMORY_MB}MB",
    ) as auditor:
        auditor.isolation_level = IsolationLevel.REPEATABLE_READ
        yield auditor
