"""What persons do to a run: release, pause, resume, cancel; each act is kept with who and why."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from services.payout.run_states import (
    COMES_TO,
    Act,
    AnotherPlan,
    RunState,
    SamePerson,
    move,
)
from services.payout.store.monthly_run import runs
from services.payout.store.monthly_run.runs import Done, Run, UnknownRun
from shared.months import Month, read_month

log = structlog.get_logger()


def release(
    connection: Connection, month: Month, clerk: str, plan_hash: str, now: datetime
) -> None:
    """Let a planned run be paid, as the second person; the same again is harmless.

    `plan_hash` names what was looked at. Raises UnknownRun, IllegalAct, SamePerson, AnotherPlan.
    """
    run = _lock(connection, month)
    if plan_hash.lower() != run.plan_hash.hex():
        raise AnotherPlan(run.plan_hash.hex())
    if run.state is RunState.RELEASED and run.released_by == clerk:
        return
    if run.begun_by is not None and run.begun_by.lower() == clerk.lower():
        raise SamePerson(clerk)
    move(run.month, run.state, Act.RELEASE)
    runs.set_released(connection, run.month, clerk, now)
    runs.add_act(connection, run.month, Done(Act.RELEASE, clerk, None, now))
    log.info("run.released", month=run.month, by=clerk, payouts=run.payouts, points=run.points)


def release_small(connection: Connection, run: Run, limit: int, now: datetime) -> bool:
    """Release a planned run of at most so many points without a person, as a setting allows.

    With a limit of 0, only a run that pays nobody. Answers whether it did.
    """
    locked = _lock(connection, read_month(run.month))
    if locked.state is not RunState.PLANNED or locked.points > limit:
        return False
    runs.set_released(connection, run.month, None, now)
    log.info("run.released", month=run.month, by="limit", points=locked.points, limit=limit)
    return True


def act(connection: Connection, month: Month, wanted: Done) -> None:
    """Pause, resume or cancel a run; the same again is harmless. Raises UnknownRun, IllegalAct."""
    run = _lock(connection, month)
    if run.state is COMES_TO[wanted.act]:
        return
    runs.set_state(connection, run.month, move(run.month, run.state, wanted.act))
    runs.add_act(connection, run.month, wanted)
    log.info("run.changed", month=run.month, act=wanted.act.value, by=wanted.clerk)


def _lock(connection: Connection, month: Month) -> Run:
    run = runs.lock(connection, str(month))
    if run is None:
        raise UnknownRun(month)
    return run
