"""The threads of a process: each keeps doing one job until it is told to stop."""

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass

import structlog

from shared.pulse import Pulse

log = structlog.get_logger()
_PAUSE_AFTER_FAULT_SECONDS = 1.0
_BEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work to repeat: `do` answers whether there may be more at once, else it idles a while."""

    name: str
    do: Callable[[], bool]
    idle_seconds: float


def keep_doing(jobs: Sequence[Job], stop: threading.Event, pulse: Pulse) -> None:
    """Do every job in a thread of its own until `stop` is set, and wait for what is under way."""
    # Each thread takes a copy of our context along: its log lines name service and role too.
    threads = [
        threading.Thread(
            target=copy_context().run, args=(_keep_doing, job, stop, pulse), name=job.name
        )
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep_doing(job: Job, stop: threading.Event, pulse: Pulse) -> None:
    while not stop.is_set():
        pulse.beat()
        try:
            busy = job.do()
        except Exception as fault:  # noqa: BLE001 - one job's fault must not stop the others
            log.warning("job.failed", job=job.name, fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)
        else:
            if not busy:
                _idle(job.idle_seconds, stop, pulse)


def _idle(seconds: float, stop: threading.Event, pulse: Pulse) -> None:
    """Wait until it is time or the end; a job that rests for hours is alive all the same."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not stop.wait(min(left, _BEAT_SECONDS)):
        pulse.beat()
