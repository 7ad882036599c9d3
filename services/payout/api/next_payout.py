"""What the next run would do for one member: the run's own rules over what is accrued by now.

Nothing is written and nothing promised: what accrues, returns or changes before the cut-off counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.domain import (
    Account,
    Goal,
    Kind,
    Rules,
    Served,
    Skipped,
    TopUpLimits,
    Waits,
    serve,
    why_not,
)
from services.payout.store import goals
from services.payout.store.monthly_run import planning, runs
from shared.months import Month, month_at

MONTHLY_LIMIT, LARGEST_TOP_UP, NO_GOAL = "monthly_limit", "largest_top_up", "no_goal"
# What these say of a goal, another goal or the sum says already.
_NO_REASON = {Waits.HELD, Waits.NOTHING_LEFT}
_REASONS_OF_GOALS = set(Waits) - _NO_REASON
REASONS = sorted({*_REASONS_OF_GOALS, *Skipped, MONTHLY_LIMIT, LARGEST_TOP_UP, NO_GOAL})
_NOT_SAVED_FOR = {Waits.PAUSED, Waits.HELD}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run of a month would do; `reasons`: why points stay for a later one."""

    month: Month
    cutoff_at: datetime
    account: Account
    rules: Rules
    skipped: Skipped | None
    served: Sequence[Served]

    @property
    def carried_over(self) -> int:
        """Answer the points that stay."""
        return max(self.account.spendable, 0) - sum(one.amount for one in self.served)

    @property
    def reasons(self) -> list[str]:
        """Answer why points stay, in the order of the goals, each reason once."""
        if self.skipped is not None:
            return [self.skipped.value]
        if not self.carried_over:
            return []
        return list(dict.fromkeys(_reasons(self.served, self.rules))) or [NO_GOAL]


def forecast(
    connection: Connection, member_id: UUID, limits: TopUpLimits, now: datetime
) -> Forecast:
    """Compute what the next run would do for a member of whom we know."""
    month = next_month(connection, now)
    cutoff_at = month.begins_at()
    rules = Rules(limits, goals.denominations_at(connection, cutoff_at))
    # The run's own query, of the one member after all those before him.
    [account] = planning.accounts_after(connection, cutoff_at, UUID(int=member_id.int - 1), 1)
    skipped = why_not(account)
    served = [] if skipped else serve(account, rules)
    return Forecast(month, cutoff_at, account, rules, skipped, served)


def next_month(connection: Connection, now: datetime) -> Month:
    """Answer the month whose run comes next: a clerk may have run one early."""
    month = month_at(now).later(1)
    while runs.find(connection, month) is not None:
        month = month.later(1)
    return month


def answer(found: Forecast) -> dict[str, Any]:
    """Tell a forecast; who is skipped sees his goals too, each with that reason."""
    account = found.account
    if found.skipped is None:
        shown = [_served(one, found) for one in found.served]
    else:
        why = found.skipped.value
        nothing = [Served(goal, 0) for goal in account.goals]
        shown = [_served(one, found) | {"waits": why} for one in nothing]
    return {
        "month": str(found.month),
        "cutoff_at": found.cutoff_at,
        "closes_at": found.cutoff_at,
        "accrued": max(account.spendable, 0),
        "debt": account.debt,
        "goals": shown,
        "carried_over": found.carried_over,
        "reasons": found.reasons,
    }


def _served(one: Served, found: Forecast) -> dict[str, Any]:
    shown = _goal(one.goal) | {
        "amount": one.amount,
        "waits": None if one.waits is None else one.waits.value,
    }
    if one.goal.kind is Kind.TOP_UP:
        return shown | {"minimum": found.rules.top_up.smallest}
    price = _price(one, found.rules.denominations)
    saved = 0 if one.waits in _NOT_SAVED_FOR else min(one.left, price)
    return shown | {"minimum": price, "saved": saved, "missing": price - saved}


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "goal_id": goal.goal_id,
        "kind": goal.kind.value,
        "relative_id": goal.relative_id,
        "is_paused": goal.is_paused,
        "monthly_limit": goal.monthly_limit,
        "target": goal.target,
    }


def _price(one: Served, denominations: Sequence[int]) -> int:
    # Its target, or without one the smallest there is.
    return one.amount or one.goal.target or denominations[0]


def _reasons(served: Sequence[Served], rules: Rules) -> Iterator[str]:
    for one in served:
        if one.waits in _REASONS_OF_GOALS:
            yield one.waits.value
        elif one.goal.kind is Kind.TOP_UP and one.share is not None:
            if one.amount == one.goal.monthly_limit:
                yield MONTHLY_LIMIT
            elif one.amount == rules.top_up.largest:
                yield LARGEST_TOP_UP
