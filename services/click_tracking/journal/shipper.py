"""The other side of the journal: segments become events, and Kafka's word moves the position.

A batch is sent, every acknowledgement awaited, then the position written durably. A crash between
the two sends the batch again; each click keeps its event id, so readers let the repeat fall
through. While Kafka is away the position simply stays.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from services.click_tracking.events import click_recorded
from services.click_tracking.journal.frames import Click, frame
from services.click_tracking.journal.segments import (
    append,
    is_left,
    read_chunk,
    segments,
    sync_folder,
    write_whole,
)
from shared.contracts import ContractBroken
from shared.events import Event

log = structlog.get_logger()
SHIPPED = Counter("click_journal_shipped", "Clicks that Kafka acknowledged.")
TORN = Counter("click_journal_torn", "Lines that a crash cut short, passed over.")
REJECTED = Counter("click_journal_rejected", "Clicks that break their contract, kept in rejected/.")
UNSHIPPED_BYTES = Gauge("click_journal_unshipped_bytes", "Bytes of the journal not shipped yet.")
LAG_SECONDS = Gauge("click_journal_lag_seconds", "Age of the oldest click not shipped yet.")

# Sends events and returns when Kafka has them all, or raises.
Send = Callable[[Sequence[Event]], None]
# A slow Kafka gets smaller chunks until one is through in time: a large one, begun anew again and
# again, would never be. The smallest is far longer than any line.
_LARGEST_CHUNK_BYTES = 1024 * 1024
_SMALLEST_CHUNK_BYTES = _PEEK_BYTES = 16 * 1024
_positions = msgspec.json.Decoder(dict[str, int])


class Shipper:
    """Ships the segments of one folder; only one shipper at a time may (`lock_folder`)."""

    def __init__(self, folder: Path, send: Send) -> None:
        """Find out how far an earlier process came."""
        self._folder = folder
        self._send = send
        UNSHIPPED_BYTES.set_function(self.unshipped_bytes)
        LAG_SECONDS.set_function(self.lag_seconds)
        self._chunk_bytes = _LARGEST_CHUNK_BYTES
        self._positions: dict[str, int] = {}
        path = folder / "positions.json"
        if path.is_file():
            here = {path.name for path in segments(folder)}
            read = _positions.decode(path.read_bytes())
            self._positions = {name: end for name, end in read.items() if name in here}

    def turn(self) -> int:
        """Ship the next chunk of every segment, answer how many clicks; raises as `send` does."""
        return sum(self._ship(path) for path in segments(self._folder))

    def start_over(self) -> None:
        """Forget how far we came: every segment here is shipped again from its first line."""
        self._positions.clear()
        self._save()

    def unshipped_bytes(self) -> int:
        """Answer how much of the journal waits."""
        with suppress(FileNotFoundError):  # a segment may move while another thread asks
            return sum(self._unshipped(path) for path in segments(self._folder))
        return 0

    def lag_seconds(self) -> float:
        """Answer the age of the oldest click that waits."""
        with suppress(FileNotFoundError):
            for path in segments(self._folder):
                if self._unshipped(path):
                    return self._age(path)
        return 0.0

    def _ship(self, path: Path) -> int:
        # Asked before reading: when the writer is gone by now, this read sees all it ever wrote.
        left = is_left(path)
        chunk = read_chunk(path, self._positions.get(path.name, 0), limit=self._chunk_bytes)
        events = self._events(chunk.clicks)
        try:
            self._send(events)
        except Exception:
            self._chunk_bytes = max(self._chunk_bytes // 4, _SMALLEST_CHUNK_BYTES)
            raise
        self._chunk_bytes = min(self._chunk_bytes * 2, _LARGEST_CHUNK_BYTES)
        if chunk.clicks or chunk.torn:
            TORN.inc(chunk.torn)
            SHIPPED.inc(len(events))
            self._positions[path.name] = chunk.end
            self._save()
        elif left:
            self._finish(path)
        return len(events)

    def _events(self, clicks: Sequence[Click]) -> list[Event]:
        events = []
        for click in clicks:
            try:
                events.append(click_recorded(click))
            except ContractBroken as fault:
                self._reject(click, fault)
        return events

    def _reject(self, click: Click, fault: ContractBroken) -> None:
        """Keep a click that only a mistake of ours can have made, for the day it is mended."""
        REJECTED.inc()
        log.error("ship.rejected", click_id=click.click_id, why=str(fault))
        append(self._folder / "rejected" / "clicks.journal", frame(click))

    def _finish(self, path: Path) -> None:
        if self._unshipped(path):
            TORN.inc()  # the last line, cut short when its writer was killed
        shipped = self._folder / "shipped"
        shipped.mkdir(exist_ok=True)
        if path.stat().st_size:
            path.rename(shipped / path.name)
        else:
            path.unlink()
        sync_folder(shipped)
        self._positions.pop(path.name, None)
        self._save()

    def _save(self) -> None:
        write_whole(self._folder / "positions.json", msgspec.json.encode(self._positions))

    def _unshipped(self, path: Path) -> int:
        return path.stat().st_size - self._positions.get(path.name, 0)

    def _age(self, path: Path) -> float:
        next_clicks = read_chunk(path, self._positions.get(path.name, 0), limit=_PEEK_BYTES).clicks
        return max(0.0, time.time() - next_clicks[0].clicked_at_ms / 1000) if next_clicks else 0.0
