"""The request's side of the journal: one write() per click before the answer, fdatasync soon after.

After write() the kernel has the click, so that killing the process loses nothing. A thread makes
it durable within 10 ms, so that a power cut loses at most those. The answer does not wait for the
disk: a click id carries its own proof, so even those few purchases find their member.
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import Counter, Histogram

from services.click_tracking.journal.frames import Click, frame
from services.click_tracking.journal.segments import new_segment

log = structlog.get_logger()
FAILED = Counter("click_journal_failures", "Times the disk refused a segment.")
SYNC_SECONDS = Histogram(
    "click_journal_sync_seconds",
    "Time of one fdatasync.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0),
)

# A click is durable within 10 ms: it waits for others, but only as long as the sync leaves time.
_DURABLE_SECONDS = 0.008
_SHORTEST_GATHER_SECONDS = 0.001
_REOPEN_SECONDS = 1.0
_IDLE_SECONDS = 1.0


class JournalBroken(Exception):
    """The disk does not take clicks now."""

    code = "journal_broken"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Clicks cannot be kept at this moment. Try again in a few seconds.")


@dataclass(slots=True)
class _Segment:
    descriptor: int
    opened_at: float
    size: int = 0


class Journal:
    """Appends clicks to the newest segment; a failed segment is left and a new one begun."""

    def __init__(
        self, folder: Path, *, segment_bytes: int = 16 * 2**20, segment_seconds: float = 600.0
    ) -> None:
        """Open the first segment if the disk allows, and start the thread that syncs."""
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._segment_seconds = segment_seconds
        self._lock = threading.Lock()
        self._segment: _Segment | None = None
        self._unsynced = False
        self._sync_seconds = 0.0
        self._woken = threading.Event()
        self._stopped = False
        self._open()
        self._thread = threading.Thread(target=self._keep_durable, name="journal", daemon=True)
        self._thread.start()

    def record(self, click: Click) -> None:
        """Keep a click: when this returns, only a power cut can lose it. Raises JournalBroken."""
        line = frame(click)
        with self._lock:
            segment = self._segment
            if segment is None:
                raise JournalBroken
            try:
                written = os.write(segment.descriptor, line)
            except OSError as fault:
                self._leave(segment, fault)
                raise JournalBroken from fault
            if written != len(line):
                self._leave(segment, "the disk took a part of a line")
                raise JournalBroken
            segment.size += written
        # The order matters: the thread forgets `_unsynced` before it syncs, so a click that still
        # sees it set was written before that sync.
        if not self._unsynced:
            self._unsynced = True
            self._woken.set()

    def check(self) -> None:
        """Raise JournalBroken when clicks cannot be kept; readiness asks this."""
        if self._segment is None:
            raise JournalBroken

    def close(self) -> None:
        """Sync and end; what comes later is refused."""
        self._stopped = True
        self._woken.set()
        self._thread.join(timeout=5)
        with self._lock:
            segment, self._segment = self._segment, None
        if segment is not None:
            os.fdatasync(segment.descriptor)
            os.close(segment.descriptor)

    def _keep_durable(self) -> None:
        while not self._stopped:
            self._woken.wait(_IDLE_SECONDS)
            self._woken.clear()  # before the flags are read: what is set later wakes again
            if self._segment is None:
                time.sleep(_REOPEN_SECONDS)
                self._open()
            if self._unsynced:
                time.sleep(max(_DURABLE_SECONDS - self._sync_seconds, _SHORTEST_GATHER_SECONDS))
                self._sync()
            self._turn_over()

    def _sync(self) -> None:
        self._unsynced = False
        segment = self._segment
        if segment is None:
            return
        try:
            began = time.perf_counter()
            os.fdatasync(segment.descriptor)
            self._sync_seconds = time.perf_counter() - began
            SYNC_SECONDS.observe(self._sync_seconds)
        except OSError as fault:
            # The kernel may have thrown the pages away and call a second sync a success: never
            # retry it.
            with self._lock:
                self._leave(segment, fault)

    def _turn_over(self) -> None:
        segment = self._segment
        if segment is None or not segment.size:
            return
        full = segment.size >= self._segment_bytes
        old = time.monotonic() - segment.opened_at >= self._segment_seconds
        if (full or old) and self._open():
            try:
                os.fdatasync(segment.descriptor)
            except OSError as fault:
                FAILED.inc()
                log.error("journal.segment_failed", fault=str(fault))  # noqa: TRY400
            os.close(segment.descriptor)

    def _open(self) -> bool:
        try:
            descriptor = new_segment(self._folder)
        except OSError as fault:
            FAILED.inc()
            log.error("journal.cannot_open", fault=str(fault))  # noqa: TRY400 - the sentence is enough
            return False
        with self._lock:
            self._segment = _Segment(descriptor, time.monotonic())
        return True

    def _leave(self, segment: _Segment, fault: object) -> None:
        """Give a segment up; its writer's lock goes with it. The caller holds `_lock`."""
        if self._segment is not segment:
            return  # the other thread was first, and has closed it
        self._segment = None
        os.close(segment.descriptor)
        self._woken.set()
        FAILED.inc()
        log.error("journal.segment_failed", fault=str(fault))
