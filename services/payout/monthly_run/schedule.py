"""One turn of the scheduler: begin what is due, and do what each open run needs next.

Any number of schedulers may be alive: a run's row is locked by whoever does its next step, and what
a killed one had not committed is done by the next.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import structlog
from sqlalchemy import Engine

from services.payout.config import Settings
from services.payout.monthly_run import asking, manifest, planning, releasing
from services.payout.run_states import RunState
from services.payout.store.monthly_run import asking as payouts_of_runs
from services.payout.store.monthly_run import runs
from services.payout.store.monthly_run.runs import Run
from shared.clock import Clock
from shared.signed import Signer, canonical

log = structlog.get_logger()


def tick(
    engine: Engine,
    settings: Settings,
    has_caught_up: Callable[[str], bool],
    signer: Signer,
    clock: Clock,
) -> Iterator[int]:
    """Take each open run a step further; yields after each chunk of members or payouts.

    A plan waits until what was said before its run began has been read here, or parked.
    """
    with engine.begin() as connection:
        planning.begin_due(connection, clock())
    with engine.connect() as connection:
        open_runs = runs.not_ended(connection)
    for run in open_runs:
        if run.state is RunState.PLANNING:
            yield from _plan(engine, run, settings, has_caught_up, clock)
        else:
            yield from _carry_on(engine, run, settings, signer, clock)


def _plan(
    engine: Engine,
    run: Run,
    settings: Settings,
    has_caught_up: Callable[[str], bool],
    clock: Clock,
) -> Iterator[int]:
    if clock() - run.started_at < settings.run_grace:
        return
    if run.planned_up_to is not None or has_caught_up(run.month):
        yield from planning.plan(engine, run, settings.top_up_limits, clock)


def _carry_on(
    engine: Engine, run: Run, settings: Settings, signer: Signer, clock: Clock
) -> Iterator[int]:
    if run.state is RunState.PLANNED:
        with engine.begin() as connection:
            releasing.release_small(connection, run, settings.release_below, clock())
    if run.state is RunState.RELEASED:
        while asked := asking.ask_chunk(engine, run.month, clock):
            yield asked
    if run.state is RunState.CANCELLED:
        while ended := asking.cancel_chunk(engine, run.month, clock):
            yield ended
        while ended := asking.stop_chunk(engine, run.month, clock):
            yield ended
    if run.asked_at is not None:
        _end(engine, run.month, signer, clock)


def _end(engine: Engine, month: str, signer: Signer, clock: Clock) -> None:
    """Sign for a run whose payouts have all ended."""
    with engine.begin() as connection:
        run = runs.lock(connection, month)
        if run is None or run.ended_at is not None or run.state is RunState.PAUSED:
            return
        if not payouts_of_runs.all_ended(connection, month):
            return
        cancelled = run.state is RunState.CANCELLED
        ended = replace(run, state=run.state if cancelled else RunState.FINISHED)
        tallies, skipped = runs.tally(connection, month), runs.count_skipped(connection, month)
        signed = manifest.sign(ended, tallies, skipped, signer)
        text = canonical(signed).decode()
        runs.set_ended(connection, month, ended.state, text, clock())
    log.info("run.ended", month=month, state=ended.state.value, sha256=signed["sha256"])
