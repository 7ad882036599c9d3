"""A run as it is told to a clerk: totals by kind of goal, who was skipped, how far it has come."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.payout.monthly_run.planning import Preview
from services.payout.monthly_run.review import LOWEST, TIMES, Review
from services.payout.states import ENDS, State
from services.payout.store import heard, runs
from services.payout.store.runs import Run, Tally
from shared.months import Month, read_month

_FAILED = {State.REFUSED, State.DECLINED, State.RELEASED, State.REVERSED, State.RETURNED}


def of_preview(connection: Connection, month: Month, preview: Preview) -> dict[str, Any]:
    """Tell what a run would do."""
    return {
        "month": str(month),
        "dry_run": True,
        "state": "preview",
        "cutoff_at": preview.cutoff_at,
        "note": _note(month, preview.cutoff_at),
        "totals": {
            kind.value: {"payouts": preview.payouts[kind], "amount": preview.points[kind]}
            for kind in preview.payouts
        },
        "skipped": {reason.value: count for reason, count in sorted(preview.skipped.items())},
        "bonuses_parked": heard.count_bonuses_parked(connection),
    }


def of_run(connection: Connection, run: Run) -> dict[str, Any]:
    """Tell what a run does."""
    tallies = runs.tally(connection, run.month)
    progress = _progress(tallies) | {"members": runs.count_members(connection)}
    return {
        "month": run.month,
        "dry_run": False,
        "state": run.state.value,
        "cutoff_at": run.cutoff_at,
        "started_at": run.started_at,
        "begun_by": run.begun_by,
        "planned_at": run.planned_at,
        "plan_hash": run.plan_hash.hex() if run.planned_at else None,
        "released_by": run.released_by,
        "released_at": run.released_at,
        "ended_at": run.ended_at,
        "acts": runs.acts(connection, run.month),
        "note": _note(read_month(run.month), run.cutoff_at),
        "totals": _totals(tallies),
        "skipped": runs.count_skipped(connection, run.month),
        "bonuses_parked": heard.count_bonuses_parked(connection),
        "progress": progress,
        "failures": _failures(tallies),
    }


def of_review(found: Review) -> dict[str, Any]:
    """Tell what a run would pay beside the run before it."""
    run = found.run
    return {
        "month": run.month,
        "state": run.state.value,
        "begun_by": run.begun_by,
        "payouts": run.payouts,
        "points": run.points,
        "plan_hash": run.plan_hash.hex(),
        "month_before": found.month_before,
        "lines": found.lines,
        "outliers": found.outliers,
        "outliers_are": f"above {TIMES} medians of their kind, and at least {LOWEST} points",
    }


def _note(month: Month, cutoff_at: datetime) -> str | None:
    if cutoff_at >= month.begins_at():
        return None
    return f"Begun before {month}: only points accrued by the cut-off count, later ones wait."


def _totals(tallies: Sequence[Tally]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for one in tallies:
        total = totals.setdefault(one.kind, {"payouts": 0, "amount": 0})
        total["payouts"] += one.payouts
        total["amount"] += one.amount
    return totals


def _progress(tallies: Sequence[Tally]) -> dict[str, int]:
    by_state: Counter[str] = Counter({state.value: 0 for state in State})
    for one in tallies:
        by_state[one.state] += one.payouts
    ended = sum(by_state[state.value] for state in ENDS)
    payouts = by_state.total()
    return {"payouts": payouts, "ended": ended, "open": payouts - ended, **by_state}


def _failures(tallies: Sequence[Tally]) -> dict[str, int]:
    failures: Counter[str] = Counter()
    for one in tallies:
        if State(one.state) in _FAILED:
            failures[one.reason or one.state] += one.payouts
    return dict(failures)
