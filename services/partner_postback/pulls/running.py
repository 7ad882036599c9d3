"""Runs one pull: keeps what is read, moves the cursor behind it, notes how it ended.

Two batches are kept at once, each in its transaction, and the cursor follows in the order of the
pages: it never passes what is not kept. Killed at any line, the next run asks for the pages behind
the cursor again; records that were kept already are known by their content.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Engine

from services.partner_postback import handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.outside.backoff import wait_after
from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Fetcher
from services.partner_postback.partners import Directory
from services.partner_postback.pulls.kinds import PAGERS, Kind
from services.partner_postback.pulls.overlapping import one_ahead, two_at_once
from services.partner_postback.pulls.paging import Position, begin, is_done
from services.partner_postback.pulls.reading import MOST_PAGES, Batch, Reading
from services.partner_postback.store import pulls
from services.partner_postback.store.batches import RACES
from services.partner_postback.store.pulls import Due, Ended, PullChanged
from services.partner_postback.verdicts import Arrival
from shared.clock import Clock

log = structlog.get_logger()
_MOST_TRIES = 5
# Then other pulls of this process have their turn, and this one goes on at once or after them.
_LONGEST_RUN_SECONDS = 300.0
# The place that we were told is wrong, or has expired: asked for ever, it would never heal.
_MISLED = frozenset(
    {FaultCode.REQUEST_REFUSED, FaultCode.REPEATED_PAGE, FaultCode.CURSOR_STANDS_STILL}
)


@dataclass(frozen=True, slots=True)
class Running:
    """What running pulls needs."""

    engine: Engine
    directory: Directory
    clicks: ClickIds
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)
    make_fetcher: Callable[[], Fetcher] = Fetcher
    most_pages: int = MOST_PAGES

    def run(self, pull: Due) -> None:
        """Run a pull to its end, to a fault, or to the end of its time."""
        run = _Run(self, pull)
        try:
            run.go_on()
        except PullChanged:
            log.info("pull.changed", pull_id=str(pull.pull_id))
            return
        except Fault as fault:
            ended = run.after_fault(fault)
        except Exception as fault:
            ended = run.after_fault(Fault(FaultCode.OUR_FAULT, f"{type(fault).__name__}: {fault}"))
            self._note(run, ended)
            raise
        else:
            ended = Ended(run.next_at())
        self._note(run, ended)

    def _note(self, run: "_Run", ended: Ended) -> None:
        with self.engine.begin() as connection:
            pulls.end(connection, run.pull, run.position, ended)
        log.info(
            "pull.ended",
            partner_id=run.pull.partner_id,
            kind=run.pull.kind,
            error=ended.last_error,
            **run.verdicts,
        )


class _Run:
    """One run of a pull: how far it came."""

    def __init__(self, running: Running, pull: Due) -> None:
        self._running, self.pull = running, pull
        self._pager = PAGERS[Kind(pull.kind)]
        self._failures = pull.failures
        self.verdicts: Counter[str] = Counter()
        overlap = timedelta(seconds=pull.overlap_seconds)
        self.position: Position = begin(
            pull.position, overlap, self._pager.longest_window, running.clock()
        )

    def go_on(self) -> None:
        """Keep batch after batch; raises Fault, PullChanged."""
        running = self._running
        spoken = running.directory.format(self._pager.profile)
        assert spoken is not None
        until = time.monotonic() + _LONGEST_RUN_SECONDS
        with closing(running.make_fetcher()) as fetcher:
            reading = Reading(
                self.pull, self._pager, spoken, fetcher, running.clock, running.most_pages
            )
            with (
                closing(one_ahead(reading.batches(self.position))) as batches,
                closing(two_at_once(partial(self._keep, reading), batches)) as kept,
            ):
                for batch, verdicts in kept:
                    self._move(batch, verdicts)
                    if running.stop.is_set() or time.monotonic() > until:
                        return

    def next_at(self) -> datetime:
        """Answer when the next run is due: at once, where this one did not reach its goal."""
        now = self._running.clock()
        if not is_done(self.position):
            return now
        return max(now, self.position.goal + timedelta(seconds=self.pull.every_seconds))

    def after_fault(self, fault: Fault) -> Ended:
        """Answer what a fault means for the next run."""
        said, now = str(fault), self._running.clock()
        if fault.code is FaultCode.NOT_AUTHORISED:
            return Ended(now, self._failures + 1, said, is_paused=True)
        if fault.code is FaultCode.TOO_MANY_PAGES:
            return Ended(now + timedelta(seconds=self.pull.every_seconds), 0, said)
        if fault.code in _MISLED:
            self._forget_place()
        failures = self._failures + 1
        wait = wait_after(failures, fault.wait, random.random())  # noqa: S311 - spreads, hides nothing
        return Ended(now + wait, failures, said)

    def _forget_place(self) -> None:
        """Begin the step again next time: the place is of no use, and repeats do no harm."""
        one = self.position
        self.position = Position(one.since, one.until, one.goal, one.step)

    def _keep(self, reading: Reading, batch: Batch) -> Counter[str]:
        """Record a batch; answers how many of its records had which verdict."""
        arrivals = reading.arrivals(batch)
        for _ in range(_MOST_TRIES):
            try:
                return self._record(arrivals)
            except RACES as fault:
                log.info("pull.raced", fault=str(fault)[:300])
        why = "the same orders were reported by others, again and again"
        raise Fault(FaultCode.OUR_FAULT, why)

    def _record(self, arrivals: Sequence[Arrival]) -> Counter[str]:
        running = self._running
        with running.engine.begin() as connection:
            pulls.check(connection, self.pull)
            outcomes = handlers.record(connection, arrivals, running.clicks, running.clock)
        return Counter(outcome.verdict for outcome in outcomes)

    def _move(self, batch: Batch, verdicts: Counter[str]) -> None:
        with self._running.engine.begin() as connection:
            pulls.move(connection, self.pull, batch.position, len(batch.records))
        self.verdicts.update(verdicts)
        self._failures = 0
        self.position = batch.position or self.position
