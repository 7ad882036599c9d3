"""What waits for a clerk: payouts whose answers contradict each other, reversals that fit none."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.payout.api.schemas import (
    GiveUpSchema,
    HeldPageQuery,
    PayoutPageSchema,
    PayoutSchema,
    WaitingPageQuery,
    WaitingPageSchema,
)
from services.payout.config import Patience
from services.payout.states import Fact, IllegalMove, State, move
from services.payout.store import payouts, reversals
from services.payout.store.monthly_run.runs import BEFORE_ALL
from services.payout.top_ups import giving_up
from services.payout.top_ups.billing import Billing
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


class CannotAsk(ValueError):
    """Only a payout that is held can be asked about again by hand."""

    code = "cannot_ask"

    def __init__(self, state: State) -> None:
        super().__init__(f"The payout is {state}; only a held one is asked about by hand.")


def blueprint(
    engine: Engine, access: Access, billing: Billing, patience: Patience, clock: Clock
) -> Blueprint:
    """Build the routes; operators only."""
    desk = Blueprint("held", __name__, description="What waits for a clerk.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    _look(desk, engine)

    @desk.post("/payouts/<uuid:payout_id>/ask")
    @desk.response(202, PayoutSchema)
    def ask_again(payout_id: UUID) -> object:
        """Ask the operator once more about a payout whose answers contradicted each other."""
        with engine.begin() as connection:
            payout = payouts.lock(connection, [payout_id])[payout_id]
            try:
                state = move(payout_id, payout.state, Fact.ASK_AGAIN)
            except IllegalMove:
                raise CannotAsk(payout.state) from None
            payouts.set_asked_again(connection, payout_id, state, clock())
            return payouts.find(connection, payout_id)

    @desk.post("/payouts/<uuid:payout_id>/give-up")
    @desk.arguments(GiveUpSchema)
    @desk.response(200, PayoutSchema)
    def give_up(sent: dict[str, str], payout_id: UUID) -> object:
        """Give a held payout's points back, if the operator, asked now, never heard of it."""
        return giving_up.give_up(
            engine,
            billing,
            patience,
            clock,
            payout_id=payout_id,
            said=f"{sent['clerk']}: {sent['reason']}",
        )

    return desk


def _look(desk: Blueprint, engine: Engine) -> None:
    @desk.get("/payouts/held")
    @desk.arguments(HeldPageQuery, location="query")
    @desk.response(200, PayoutPageSchema)
    def list_held(asked: dict[str, Any]) -> object:
        """List the payouts that are held, of all runs, in the order of their ids."""
        limit, after = asked["limit"], asked["after"] or BEFORE_ALL
        with engine.connect() as connection:
            page = payouts.held(connection, after=after, limit=limit)
        return {"data": page, "next": page[-1].payout_id if len(page) == limit else None}

    @desk.get("/reversals/waiting")
    @desk.arguments(WaitingPageQuery, location="query")
    @desk.response(200, WaitingPageSchema)
    def list_waiting(asked: dict[str, int]) -> object:
        """List the operator's reversals that fit no payout as it stands, by their numbers."""
        with engine.connect() as connection:
            page = reversals.waiting(connection, after=asked["after"], limit=asked["limit"])
        return {"data": page, "next": page[-1].reversal if len(page) == asked["limit"] else None}
