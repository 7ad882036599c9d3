"""The process that ships the journal: `python -m services.click_tracking ship`."""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog

from services.click_tracking.config import Settings
from services.click_tracking.journal.archive import carry_out_wishes, forget_old
from services.click_tracking.journal.segments import lock_folder
from services.click_tracking.journal.shipper import Shipper
from shared.events import Event
from shared.kafka import KafkaError, KafkaProducer, make_producer
from shared.pulse import Pulse

log = structlog.get_logger()
_POLL_SECONDS = 0.1
_LOOK_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 2.0
_HOUSEKEEPING_SECONDS = 1.0


class Stopping(OSError):
    """The process is asked to end while Kafka has not answered."""


class KafkaSender:
    """Sends batches and waits for the fate of each event, which Kafka's client decides in 30 s.

    Nothing is sent again before its fate is known: batches begun anew would pile up in the client
    until none is through in time. Its close() flushes and fails on what is unsent, so the producer
    is kept through an outage and not replaced.
    """

    def __init__(self, bootstrap: str, stop: threading.Event, pulse: Pulse) -> None:
        """Connect at the first batch, not now."""
        self._bootstrap, self._stop, self._pulse = bootstrap, stop, pulse
        self._producer: KafkaProducer | None = None

    def __call__(self, events: Sequence[Event]) -> None:
        """Send; raises KafkaError or OSError, and then some of the batch may have arrived."""
        if not events:
            return
        if self._producer is None:
            self._producer = make_producer(self._bootstrap)
        producer = self._producer
        futures: list[Any] = []
        try:
            for one in events:
                futures.append(  # noqa: PERF401 - what was sent before a fault is waited for, too
                    producer.send(one.topic, key=one.key.encode(), value=one.encode())
                )
        finally:
            for future in futures:
                self._await(future)
        for future in futures:
            future.get(timeout=0)

    def close(self) -> None:
        """Let the producer go; what it could not send is in the journal."""
        if self._producer is not None:
            with suppress(KafkaError):
                self._producer.close(timeout=0.5)

    def _await(self, future: Any) -> None:
        while not future.is_done:
            if self._stop.is_set():
                raise Stopping
            self._pulse.beat()
            with suppress(KafkaError):  # not done yet, or failed: told apart by is_done
                future.get(timeout=_LOOK_SECONDS)


def ship(settings: Settings, stop: threading.Event, pulse: Pulse) -> None:
    """Ship the journal until `stop` is set. A second shipper of the same folder waits its turn."""
    lock = lock_folder(settings.journal_dir)
    while lock is None:
        pulse.beat()
        if stop.wait(_POLL_SECONDS):
            return
        lock = lock_folder(settings.journal_dir)
    sender = KafkaSender(settings.kafka_bootstrap, stop, pulse)
    try:
        _ship_until(stop, Shipper(settings.journal_dir, sender), settings, pulse)
    finally:
        sender.close()
        os.close(lock)


def _ship_until(stop: threading.Event, shipper: Shipper, settings: Settings, pulse: Pulse) -> None:
    pause, next_housekeeping = _FIRST_PAUSE_SECONDS, 0.0
    while not stop.is_set():
        pulse.beat()
        try:
            if time.monotonic() >= next_housekeeping:
                carry_out_wishes(settings.journal_dir, shipper.start_over)
                forget_old(settings.journal_dir, settings.journal_keep_days)
                next_housekeeping = time.monotonic() + _HOUSEKEEPING_SECONDS
            if not shipper.turn():
                stop.wait(_POLL_SECONDS)
        except (KafkaError, OSError) as fault:  # Kafka is away, or the disk is full: both pass
            log.warning("ship.waits", fault=f"{type(fault).__name__}: {fault}"[:300])
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            pause = _FIRST_PAUSE_SECONDS
