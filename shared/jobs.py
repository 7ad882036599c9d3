"""The threads of a process: each keeps doing one job until it is told to stop."""

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field

import structlog

from shared.pulse import Pulse

log = structlog.get_logger()
_PAUSE_AFTER_FAULT_SECONDS = 1.0
_BEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work to repeat: `do` answers whether there may be more at once, else it idles a while.

    Of several hands, which share the work, one looks for all while there is none to do.
    """

    name: str
    do: Callable[[], bool]
    idle_seconds: float
    hands: int = 1


def keep_doing(jobs: Sequence[Job], stop: threading.Event, pulse: Pulse) -> None:
    """Do every job in threads of its own until `stop` is set, and wait for what is under way."""
    # Each thread takes a copy of our context along: its log lines name service and role too.
    threads = [
        threading.Thread(
            target=copy_context().run,
            args=(_keep_doing, job, lull, stop, pulse),
            name=f"{job.name}-{hand}",
        )
        for job, lull in [(job, _Lull()) for job in jobs]
        for hand in range(job.hands)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass(slots=True)
class _Lull:
    """Until when the hands of a job need not look, since one of them looks or found nothing."""

    until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def left(self, idle_seconds: float) -> float:
        """Answer how long to wait; who need not wait looks for all, and has others wait."""
        with self._lock:
            now = time.monotonic()
            left = self.until - now
            if left <= 0:
                self.until = now + idle_seconds
            return left


def _keep_doing(job: Job, lull: _Lull, stop: threading.Event, pulse: Pulse) -> None:
    busy = False
    while not stop.is_set():
        pulse.beat()
        if not busy and (left := lull.left(job.idle_seconds)) > 0:
            _idle(left, stop, pulse)
            continue
        try:
            busy = job.do()
        except Exception as fault:  # noqa: BLE001 - one job's fault must not stop the others
            log.warning("job.failed", job=job.name, fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)
            busy, lull.until = False, 0.0
        else:
            lull.until = 0.0 if busy else time.monotonic() + job.idle_seconds


def _idle(seconds: float, stop: threading.Event, pulse: Pulse) -> None:
    """Wait until it is time or the end; a job that rests for hours is alive all the same."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not stop.wait(min(left, _BEAT_SECONDS)):
        pulse.beat()
