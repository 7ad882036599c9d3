"""The daily fetch: yesterday's file after a set hour in Moscow, and files of days that were missed.

Days whose differences are open are fetched once more each day: the operator may have corrected
them. Lines whose payout was unknown are matched again as soon as it is not. A day that cannot be
read keeps no other day from being read, and is tried again with each turn.
"""

from collections.abc import Iterator
from datetime import date

import structlog
from prometheus_client import Gauge

from services.payout.reconciliation import due, reconciling
from services.payout.reconciliation.reconciling import Desk, ReconciledMeanwhile
from services.payout.reconciliation.statement import UnreadableStatement
from services.payout.store.reconciliation import cases
from services.payout.store.reconciliation import days as kept_days
from services.payout.top_ups.billing import Billing, NoStatement

log = structlog.get_logger()
OPEN = Gauge("payout_cases_open", "Differences between the operator's files and our payouts.")
OVERDUE = Gauge("payout_cases_overdue", "Open cases past their deadline.")
OLDEST = Gauge("payout_cases_oldest_seconds", "Age of the oldest open case.")
MISSING = Gauge("payout_statement_days_missing", "Days whose file should be here and is not.")


def tick(desk: Desk, billing: Billing) -> Iterator[date]:
    """Fetch what is due, match what is known by now, and tell how much is open."""
    with desk.engine.connect() as connection:
        to_fetch = due.days_to_fetch(connection, desk.clock(), desk.rules.hour)
    for day in to_fetch:
        _fetch(desk, billing, day)
        yield day
    with desk.engine.connect() as connection:
        known = kept_days.known_by_now(connection)
    for day in known:
        reconciling.again(desk, day)
        yield day
    _tell(desk)


def _fetch(desk: Desk, billing: Billing, day: date) -> None:
    try:
        reconciling.by_operator(desk, billing, day)
    except (NoStatement, UnreadableStatement, ReconciledMeanwhile) as fault:
        log.error(  # noqa: TRY400 - its sentence says all
            "reconciliation.failed", day=str(day), code=fault.code, why=str(fault)
        )


def _tell(desk: Desk) -> None:
    now = desk.clock()
    with desk.engine.connect() as connection:
        tally = cases.tally(connection, now)
        missing = due.missing_days(connection, now, desk.rules.hour)
    OPEN.set(tally.open)
    OVERDUE.set(tally.overdue)
    OLDEST.set((now - tally.oldest_at).total_seconds() if tally.oldest_at else 0)
    MISSING.set(len(missing))
    if tally.overdue:
        log.error("cases.overdue", overdue=tally.overdue, open=tally.open)
