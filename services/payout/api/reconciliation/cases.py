"""The clerk's desk of cases: list, look, give to somebody, close."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.payout.api.reconciliation.schemas import (
    AssignSchema,
    CasePageSchema,
    CasesQuery,
    CloseSchema,
    WholeCaseSchema,
)
from services.payout.reconciliation import cases
from services.payout.reconciliation.cases import Outcome
from services.payout.store.reconciliation import cases as kept_cases
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes; operators only."""
    desk = Blueprint("cases", __name__, description="Differences, until somebody closes them.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @desk.get("/cases")
    @desk.arguments(CasesQuery, location="query")
    @desk.response(200, CasePageSchema)
    def list_cases(asked: dict[str, Any]) -> object:
        """List cases by their deadlines."""
        with engine.connect() as connection:
            page = kept_cases.page(connection, **asked, day=None)
        return {"data": page, "next": page[-1].case_id if len(page) == asked["limit"] else None}

    @desk.get("/cases/<uuid:case_id>")
    @desk.response(200, WholeCaseSchema)
    def show_case(case_id: UUID) -> object:
        """Show a case with all that was done to it."""
        with engine.connect() as connection:
            return cases.show(connection, case_id)

    @desk.post("/cases/<uuid:case_id>/assign")
    @desk.arguments(AssignSchema)
    @desk.response(200, WholeCaseSchema)
    def assign(sent: dict[str, str], case_id: UUID) -> object:
        """Give an open case to somebody."""
        with engine.begin() as connection:
            return cases.assign(connection, case_id, **sent, now=clock())

    @desk.post("/cases/<uuid:case_id>/close")
    @desk.arguments(CloseSchema)
    @desk.response(200, WholeCaseSchema)
    def close(sent: dict[str, str], case_id: UUID) -> object:
        """Close a case for good; of clerks who do so at once, the others are told 409."""
        outcome = Outcome(sent.pop("outcome"))
        with engine.begin() as connection:
            return cases.close(connection, case_id, outcome=outcome, **sent, now=clock())

    return desk
