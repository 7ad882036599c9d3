"""Reconciling a day by a clerk's hand, and looking at the days that were."""

from dataclasses import asdict
from typing import Any

from flask import request
from sqlalchemy import Engine

from services.payout.api.reconciliation.schemas import (
    DaySchema,
    DaysQuery,
    DaysSchema,
    DoneSchema,
    FileQuery,
    RequestSchema,
)
from services.payout.reconciliation import due, reconciling
from services.payout.reconciliation.days import read_day
from services.payout.reconciliation.reconciling import Desk, Reconciled
from services.payout.reconciliation.statement import LARGEST_FILE_BYTES
from services.payout.store.reconciliation import cases, days
from services.payout.top_ups.billing import Billing
from shared.body import whole_body
from shared.identity import Access
from shared.web import Blueprint

_MOST_CASES = 100
_CSV = {"text/csv": {"schema": {"type": "string"}}}


def blueprint(access: Access, desk: Desk, billing: Billing) -> Blueprint:
    """Build the routes; operators only."""
    routes = Blueprint(
        "reconciliations", __name__, description="The operator's daily files against our payouts."
    )

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.post("/reconciliations")
    @routes.arguments(RequestSchema)
    @routes.response(200, DoneSchema)
    def reconcile(sent: dict[str, Any]) -> object:
        """Fetch the operator's file of a day and match it; the same file changes nothing."""
        day, dry_run = read_day(sent["day"]), sent["dry_run"]
        return _done(reconciling.by_operator(desk, billing, day, dry_run=dry_run), dry_run)

    @routes.post("/reconciliations/<day>/file")
    @routes.arguments(FileQuery, location="query")
    @routes.response(200, DoneSchema)
    @routes.doc(requestBody={"content": _CSV, "required": True})
    def reconcile_file(asked: dict[str, str], day: str) -> object:
        """Match a day with a file that the operator sent otherwise, given as it is."""
        request.max_content_length = LARGEST_FILE_BYTES
        dry_run = asked["dry_run"] == "true"
        content, of = whole_body(), read_day(day)
        return _done(reconciling.by_hand(desk, content, of, dry_run=dry_run), dry_run)

    _look(routes, desk.engine, desk)
    return routes


def _look(routes: Blueprint, engine: Engine, desk: Desk) -> None:
    @routes.get("/reconciliations")
    @routes.arguments(DaysQuery, location="query")
    @routes.response(200, DaysSchema)
    def list_days(asked: dict[str, int]) -> object:
        """List the newest days that were reconciled, and those whose file is missing."""
        with engine.connect() as connection:
            missing = due.missing_days(connection, desk.clock(), desk.rules.hour)
            return {"data": days.newest(connection, asked["limit"]), "missing": missing}

    @routes.get("/reconciliations/<day>")
    @routes.response(200, DaySchema)
    def show_day(day: str) -> object:
        """Show a day and its most urgent cases."""
        of = read_day(day)
        with engine.connect() as connection:
            found = days.get(connection, of)
            page = cases.page(connection, state=None, day=of, after=None, limit=_MOST_CASES)
        return asdict(found) | {"cases": page}


def _done(done: Reconciled, dry_run: bool) -> object:  # noqa: FBT001 - as it was asked
    told = {"is_new": done.is_new, "dry_run": dry_run}
    counts = {"cases_opened": done.cases_opened, "cases_explained": done.cases_explained}
    return asdict(done.reconciliation) | told | counts
