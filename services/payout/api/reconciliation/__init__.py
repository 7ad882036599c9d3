"""Reconciliations and cases over HTTP, for clerks."""

from services.payout.api.reconciliation import cases, days
from services.payout.reconciliation.cases import CaseClosed
from services.payout.reconciliation.days import DayNotOver, NotADay
from services.payout.reconciliation.reconciling import ReconciledMeanwhile
from services.payout.reconciliation.statement import UnreadableStatement
from services.payout.store.reconciliation.cases import UnknownCase
from services.payout.store.reconciliation.days import UnknownReconciliation
from services.payout.top_ups.billing import NoStatement

__all__ = ["REFUSALS", "cases", "days"]

REFUSALS: dict[type[Exception], int] = {
    CaseClosed: 409,
    DayNotOver: 422,
    NoStatement: 409,
    NotADay: 422,
    ReconciledMeanwhile: 409,
    UnknownCase: 404,
    UnknownReconciliation: 404,
    UnreadableStatement: 422,
}
