"""Giving a held payout up: its points go back, if the operator, asked now, never heard of it.

A held payout may have been executed, so he is asked first, with no transaction open. His answer
counts for the attempts made before the question: if the payout moved meanwhile, it counts for
nothing. What he did execute is completed instead, what he declined is declined for his own reason,
and whatever is not clear changes nothing.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine

from services.payout import events
from services.payout.config import Patience
from services.payout.states import Fact, State, move
from services.payout.store import claims, payouts
from services.payout.store.claims import Kept
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing, Outcome
from services.payout.top_ups.outcomes import Tried, keep_outcomes, never_heard
from shared import event_log
from shared.clock import Clock

log = structlog.get_logger()
# A clerk's own words may name a person: they stay in our table, this one word travels.
_SAID = "given_up"


class CannotGiveUp(ValueError):
    """Only a held payout is given up by hand: the others end by themselves."""

    code = "cannot_give_up"

    def __init__(self, state: State) -> None:
        super().__init__(f"The payout is {state}; only a held one is given up.")


class WasExecuted(ValueError):
    """The money has moved: the payout is completed, not given up."""

    code = "was_executed"

    def __init__(self, reference: str | None) -> None:
        super().__init__(
            f"The operator did execute it, as top-up {reference}: it is completed instead."
        )


class OutcomeUnclear(ValueError):
    """The operator did not say that he never heard of it."""

    code = "outcome_unclear"

    def __init__(self, why: str | None) -> None:
        super().__init__(f"It is not certain that nothing was paid: {why}. Nothing was changed.")


class MovedMeanwhile(ValueError):
    """Somebody asked about the payout, or sent it, while we asked the operator."""

    code = "payout_moved"

    def __init__(self) -> None:
        super().__init__("The payout moved while the operator was asked. Look at it again.")


def give_up(  # noqa: PLR0913 - where, who is asked, how long he may take, when; which, and who says why
    engine: Engine,
    billing: Billing,
    patience: Patience,
    clock: Clock,
    *,
    payout_id: UUID,
    said: str,
) -> Payout:
    """Give a held payout up, and answer it as it stands then; `said`: by whom, and why.

    Raises UnknownPayout, CannotGiveUp, WasExecuted (it is completed), OutcomeUnclear,
    MovedMeanwhile.
    """
    with engine.connect() as connection:
        asked = payouts.find(connection, payout_id)
    if asked.state is not State.HELD:
        raise CannotGiveUp(asked.state)
    asked_at = clock()
    outcome = billing.ask(asked) or never_heard(asked, patience, asked_at)
    with engine.begin() as connection:
        if payouts.lock(connection, [payout_id])[payout_id] != asked:
            raise MovedMeanwhile
        if outcome.fact is Fact.NOT_DONE:
            _decline(connection, asked, said, clock())
        else:
            _follow(connection, asked, outcome, patience, clock())
        ended = payouts.find(connection, payout_id)
    if ended.state is State.COMPLETED:
        raise WasExecuted(ended.operator_reference)
    return ended


def _decline(connection: Connection, payout: Payout, said: str, now: datetime) -> None:
    state = move(payout.payout_id, payout.state, Fact.GIVEN_UP)
    claims.set_outcomes(connection, [Kept(payout.payout_id, state, f"given up by {said}")])
    event_log.add(connection, [events.declined(payout.subject(), _SAID, now)])
    log.info("payout.given_up", payout_id=str(payout.payout_id), attempts=payout.attempts)


def _follow(
    connection: Connection, payout: Payout, outcome: Outcome, patience: Patience, now: datetime
) -> None:
    """Keep what the operator said, as if a clerk had him asked and this were the answer."""
    state = move(payout.payout_id, payout.state, Fact.ASK_AGAIN)
    payouts.set_asked_again(connection, payout.payout_id, state, now)
    keep_outcomes(connection, [Tried(payout, outcome)], patience, now)
    kept = payouts.find(connection, payout.payout_id)
    if kept.state not in {State.COMPLETED, State.DECLINED}:
        raise OutcomeUnclear(kept.reason)
