"""A member's statement of a month, to read, for a spreadsheet or to print."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.bonus_status.api import statements_schemas as schemas
from services.bonus_status.statements.languages import Speak, speaks
from services.bonus_status.statements.pdf import as_pdf
from services.bonus_status.statements.statement import MonthNotBegun, Statement, draw_up
from services.bonus_status.statements.table import as_csv
from services.bonus_status.store import statements
from shared.clock import Clock
from shared.identity import Access
from shared.months import NotAMonth, read_month
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {NotAMonth: 422, MonthNotBegun: 422}
_WRITTEN = {
    "200": {
        "description": "JSON, CSV or PDF",
        "content": {
            "application/json": {"schema": schemas.StatementSchema},
            "text/csv": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("statements", __name__, description="A member's points, month by month.")

    @routes.get("/me/statements/<month>")
    @routes.arguments(schemas.StatementQuerySchema, location="query")
    @routes.doc(responses=_WRITTEN)
    @routes.response(200, schemas.StatementSchema)
    def my_statement(asked: dict[str, Any], month: str) -> object:
        """Answer the signed-in member's statement of a month such as 2026-12."""
        return _written(engine, access.subject(request), month, asked, clock)

    @routes.get("/members/<uuid:member_id>/statements/<month>")
    @routes.arguments(schemas.StatementQuerySchema, location="query")
    @routes.doc(responses=_WRITTEN)
    @routes.response(200, schemas.StatementSchema)
    def statement_of(asked: dict[str, Any], member_id: UUID, month: str) -> object:
        """Answer a member's statement of a month, for clerks."""
        access.require_operator(request)
        return _written(engine, member_id, month, asked, clock)

    return routes


def _written(
    engine: Engine, member_id: UUID, month: str, asked: Mapping[str, str], clock: Clock
) -> object:
    how, language = asked["format"], asked["language"]
    statement = _drawn_up(engine, member_id, month, speaks(language), clock)
    if how == "json":
        return statement
    if how == "csv":
        body: str | bytes = as_csv(statement)
    else:
        body = as_pdf(statement, language)
    kind = "text/csv; charset=utf-8" if how == "csv" else "application/pdf"
    name = f"bonuses-{statement.month}.{how}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=kind, headers=disposition)


def _drawn_up(engine: Engine, member_id: UUID, named: str, speak: Speak, clock: Clock) -> Statement:
    month = read_month(named)
    begins, ends = month.begins_at(), month.later(1).begins_at()
    # What is posted between the two questions must not be missed by both.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        opening = statements.opening(connection, member_id, begins)
        posted = statements.posted(connection, member_id, begins, ends)
        return draw_up(str(member_id), month, opening, posted, clock(), speak)
