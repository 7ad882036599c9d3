"""Payout over HTTP: what a member may see and change, what a clerk runs, what a service fetches."""

from services.payout.api import held, members, reconciliation, runs, salons
from services.payout.api.held import CannotAsk
from services.payout.api.till_schemas import WrongSalonId
from services.payout.domain import MonthOver, MonthTooFar
from services.payout.goals import UnknownGoal, UnknownMember, WrongGoal
from services.payout.store.certificates import UnknownCertificate
from services.payout.store.payouts import UnknownPayout
from services.payout.top_ups.giving_up import (
    CannotGiveUp,
    MovedMeanwhile,
    OutcomeUnclear,
    WasExecuted,
)
from shared.months import NotAMonth

__all__ = ["REFUSALS", "held", "members", "reconciliation", "runs", "salons"]

REFUSALS: dict[type[Exception], int] = {
    CannotAsk: 409,
    CannotGiveUp: 409,
    MonthOver: 422,
    MonthTooFar: 422,
    MovedMeanwhile: 409,
    NotAMonth: 422,
    OutcomeUnclear: 409,
    UnknownCertificate: 404,
    UnknownGoal: 404,
    UnknownMember: 404,
    UnknownPayout: 404,
    WasExecuted: 409,
    WrongGoal: 422,
    WrongSalonId: 422,
    **runs.REFUSALS,
    **reconciliation.REFUSALS,
    **salons.REFUSALS,
}
