"""The clerk's desk: preview and begin a run, watch it, look at its payouts."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.payout import monthly_run
from services.payout.api import run_answer
from services.payout.api.schemas import (
    PayoutPageQuery,
    PayoutPageSchema,
    PayoutSchema,
    RunRequestSchema,
    RunSchema,
    WaitingPageQuery,
    WaitingPageSchema,
)
from services.payout.domain import TopUpLimits, read_month
from services.payout.states import Fact, IllegalMove, State, move
from services.payout.store import payouts, reversals, runs
from services.payout.store.runs import BEFORE_ALL
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


class CannotAsk(ValueError):
    """Only a payout that is held can be asked about again by hand."""

    code = "cannot_ask"

    def __init__(self, state: State) -> None:
        super().__init__(f"The payout is {state}; only a held one is asked about by hand.")


def blueprint(engine: Engine, access: Access, limits: TopUpLimits, clock: Clock) -> Blueprint:
    """Build the routes; operators only."""
    desk = Blueprint("clerks", __name__, description="The run of the month and its payouts.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    _run_months(desk, engine, limits, clock)
    _look_at_payouts(desk, engine, clock)
    _look_at_reversals(desk, engine)
    return desk


def _run_months(desk: Blueprint, engine: Engine, limits: TopUpLimits, clock: Clock) -> None:
    @desk.post("/runs")
    @desk.arguments(RunRequestSchema)
    @desk.response(200, RunSchema)
    def run_month(sent: dict[str, Any]) -> object:
        """Begin the run of a month, or preview it; a month that has a run keeps that one."""
        month, now = read_month(sent["month"]), clock()
        if sent["dry_run"]:
            with engine.connect() as connection:
                preview = monthly_run.preview(connection, month, limits, now)
                return run_answer.of_preview(connection, month, preview)
        with engine.begin() as connection:
            run = monthly_run.begin(connection, month, now)
            return run_answer.of_run(connection, run)

    @desk.get("/runs/<month>")
    @desk.response(200, RunSchema)
    def show_run(month: str) -> object:
        """Show a run and how far it has come."""
        with engine.connect() as connection:
            return run_answer.of_run(connection, runs.get(connection, read_month(month)))

    @desk.get("/runs/<month>/payouts")
    @desk.arguments(PayoutPageQuery, location="query")
    @desk.response(200, PayoutPageSchema)
    def list_payouts(asked: dict[str, Any], month: str) -> object:
        """List the payouts of a run, in the order of their ids."""
        limit, after = asked["limit"], asked["after"] or BEFORE_ALL
        state = State(asked["state"]) if asked["state"] else None
        with engine.connect() as connection:
            run = runs.get(connection, read_month(month))
            page = payouts.of_run(connection, run.month, state=state, after=after, limit=limit)
        return {"data": page, "next": page[-1].payout_id if len(page) == limit else None}


def _look_at_payouts(desk: Blueprint, engine: Engine, clock: Clock) -> None:
    @desk.get("/payouts/<uuid:payout_id>")
    @desk.response(200, PayoutSchema)
    def show_payout(payout_id: UUID) -> object:
        """Show a payout and where it stands."""
        with engine.connect() as connection:
            return payouts.find(connection, payout_id)

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


def _look_at_reversals(desk: Blueprint, engine: Engine) -> None:
    @desk.get("/reversals/waiting")
    @desk.arguments(WaitingPageQuery, location="query")
    @desk.response(200, WaitingPageSchema)
    def list_waiting(asked: dict[str, int]) -> object:
        """List the operator's reversals that fit no payout as it stands, by their numbers."""
        with engine.connect() as connection:
            page = reversals.waiting(connection, after=asked["after"], limit=asked["limit"])
        return {"data": page, "next": page[-1].reversal if len(page) == asked["limit"] else None}
