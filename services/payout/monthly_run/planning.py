"""The plan of a month: begun once, written in chunks; nothing moves before it is released.

The plan walks through the members in the order of their ids. Each chunk is one transaction: its
payouts, the reasons of those who get nothing, the plan's hash, and how far the walk has come. A
planner killed anywhere is continued by the next one, two planners take turns at the run's row, and
a month that was planned adds nothing when it is run again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection, Engine

from services.payout.domain import (
    Account,
    Kind,
    Rules,
    Share,
    Skipped,
    TopUpLimits,
    cutoff_of,
    share_out,
)
from services.payout.monthly_run import manifest
from services.payout.run_states import Act, RunState
from services.payout.store import goals
from services.payout.store.monthly_run import planning as table
from services.payout.store.monthly_run import runs
from services.payout.store.monthly_run.planning import Planned
from services.payout.store.monthly_run.runs import BEFORE_ALL, Done, Run
from shared.clock import Clock
from shared.months import Month, month_at

log = structlog.get_logger()
CHUNK = 2_000


@dataclass(slots=True)
class Preview:
    """What a run would do if it began now."""

    cutoff_at: datetime
    payouts: Counter[Kind] = field(default_factory=Counter)
    points: Counter[Kind] = field(default_factory=Counter)
    skipped: Counter[Skipped] = field(default_factory=Counter)


def begin(connection: Connection, month: Month, clerk: str, now: datetime) -> Run:
    """Begin the run of a month, or answer the one it has; raises MonthOver, MonthTooFar."""
    run = runs.find(connection, month)
    if run is None and runs.start(connection, month, cutoff_of(month, now), clerk, now):
        runs.add_act(connection, str(month), Done(Act.BEGIN, clerk, None, now))
        log.info("run.begun", month=str(month), by=clerk)
    return run or runs.get(connection, month)


def begin_due(connection: Connection, now: datetime) -> bool:
    """Begin the run of the present month if it has none; answers whether it did.

    Only ever the present month: a scheduler that was down catches up once, on time or late, and one
    that starts in the middle of the programme's first month has nobody to pay yet.
    """
    month = month_at(now)
    if runs.find(connection, month) or not table.anybody_before(connection, month.begins_at()):
        return False
    begun = runs.start(connection, month, month.begins_at(), None, now)
    if begun:
        log.info("run.begun", month=str(month), by="schedule")
    return begun


def plan(engine: Engine, run: Run, limits: TopUpLimits, clock: Clock) -> Iterator[int]:
    """Write the plan of a run from where it stands; yields the members seen after each chunk."""
    with engine.connect() as connection:
        rules = Rules(limits, goals.denominations_at(connection, run.cutoff_at))
    while seen := _plan_chunk(engine, run.month, rules, clock):
        yield seen
    log.info("run.planned", month=run.month)


def preview(connection: Connection, month: Month, limits: TopUpLimits, now: datetime) -> Preview:
    """Compute what a run would do, by the same rules, and write nothing; raises as `begin` does.

    Of a month that has its run: what that one has still to plan, which is nothing once it is done.
    """
    run = runs.find(connection, month)
    cutoff_at = run.cutoff_at if run else cutoff_of(month, now)
    rules = Rules(limits, goals.denominations_at(connection, cutoff_at))
    found = Preview(cutoff_at)
    if run is not None and run.planned_at is not None:
        return found
    after = (run.planned_up_to if run else None) or BEFORE_ALL
    while accounts := table.accounts_after(connection, cutoff_at, after, CHUNK):
        shares, skipped = _share_out(accounts, rules)
        for _, share in shares:
            found.payouts[share.kind] += 1
            found.points[share.kind] += share.amount
        found.skipped.update(reason for _, reason in skipped)
        after = accounts[-1].member_id
    return found


def _plan_chunk(engine: Engine, month: str, rules: Rules, clock: Clock) -> int:
    with engine.begin() as connection:
        run = runs.lock(connection, month)
        if run is None or run.state is not RunState.PLANNING:
            return 0
        accounts = table.accounts_after(
            connection, run.cutoff_at, run.planned_up_to or BEFORE_ALL, CHUNK
        )
        if not accounts:
            runs.finish_plan(connection, month, clock())
            return 0
        shares, skipped = _share_out(accounts, rules)
        _write(connection, run, shares, accounts[-1].member_id, clock())
        table.add_skipped(connection, month, skipped)
        return len(accounts)


def _share_out(
    accounts: Sequence[Account], rules: Rules
) -> tuple[list[tuple[UUID, Share]], list[tuple[UUID, Skipped]]]:
    shares: list[tuple[UUID, Share]] = []
    skipped: list[tuple[UUID, Skipped]] = []
    for account in accounts:
        found, reason = share_out(account, rules)
        shares.extend((account.member_id, share) for share in found)
        if reason is not None:
            skipped.append((account.member_id, reason))
    return shares, skipped


def _write(
    connection: Connection,
    run: Run,
    shares: Sequence[tuple[UUID, Share]],
    last: UUID,
    now: datetime,
) -> None:
    planned = [Planned(uuid4(), member_id, share) for member_id, share in shares]
    table.add_payouts(connection, run.month, planned, now)
    planned.sort(key=lambda one: (one.member_id, one.share.goal_id))
    plan_hash = manifest.fold(run.plan_hash, planned)
    runs.advance(connection, run, last, plan_hash, [one.share.amount for one in planned])
