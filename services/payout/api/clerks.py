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
)
from services.payout.domain import TopUpLimits
from services.payout.states import State
from services.payout.store import payouts, runs
from services.payout.store.runs import BEFORE_ALL
from shared.clock import Clock
from shared.identity import Access
from shared.months import read_month
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, limits: TopUpLimits, clock: Clock) -> Blueprint:
    """Build the routes; operators only."""
    desk = Blueprint("clerks", __name__, description="The run of the month and its payouts.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    _run_months(desk, engine, limits, clock)
    return desk


def look_up(engine: Engine, access: Access) -> Blueprint:
    """Build the route of one payout, which bonus_status asks for its proofs too."""
    routes = Blueprint("payouts", __name__, description="One payout and where it stands.")

    @routes.get("/payouts/<uuid:payout_id>")
    @routes.response(200, PayoutSchema)
    def show_payout(payout_id: UUID) -> object:
        """Show a payout and where it stands, to a clerk or to a service."""
        access.require_service(request)
        with engine.connect() as connection:
            return payouts.find(connection, payout_id)

    return routes


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
