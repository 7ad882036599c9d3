"""Payout over HTTP: what a member may see and change, what a clerk runs, what a service fetches."""

from services.payout.api import certificates, held, members, operator, reconciliation, runs, salons
from services.payout.api.held import CannotAsk
from services.payout.api.tills.schemas import WrongSalonId
from services.payout.domain import MonthOver, MonthTooFar
from services.payout.goals import (
    NoConsent,
    UnknownGoal,
    UnknownMember,
    UnknownRelative,
    WrongGoal,
)
from services.payout.store.payouts import UnknownPayout
from services.payout.top_ups.callbacks import ReversalKnown
from services.payout.top_ups.giving_up import (
    CannotGiveUp,
    MovedMeanwhile,
    OutcomeUnclear,
    WasExecuted,
)
from shared.months import NotAMonth
from shared.webhooks import Forged

__all__ = [
    "REFUSALS",
    "certificates",
    "held",
    "members",
    "operator",
    "reconciliation",
    "runs",
    "salons",
]

REFUSALS: dict[type[Exception], int] = {
    CannotAsk: 409,
    CannotGiveUp: 409,
    Forged: 401,
    MonthOver: 422,
    MonthTooFar: 422,
    MovedMeanwhile: 409,
    NoConsent: 422,
    NotAMonth: 422,
    OutcomeUnclear: 409,
    ReversalKnown: 409,
    UnknownGoal: 404,
    UnknownMember: 404,
    UnknownPayout: 404,
    UnknownRelative: 404,
    WasExecuted: 409,
    WrongGoal: 422,
    WrongSalonId: 422,
    **runs.REFUSALS,
    **reconciliation.REFUSALS,
    **certificates.REFUSALS,
    **salons.REFUSALS,
}
