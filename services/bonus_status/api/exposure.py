"""The exposure report for clerks: to read by a program, for a spreadsheet, or as a page."""

from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import Engine

from services.bonus_status.api import exposure_schemas as schemas
from services.bonus_status.exposure import plot
from services.bonus_status.exposure.report import (
    STANDING,
    PeriodEndsBeforeItBegins,
    PeriodTooLong,
    Report,
    check_period,
    draw_up,
)
from services.bonus_status.store import exposure
from shared.clock import Clock
from shared.csv_cells import written
from shared.identity import Access
from shared.months import Month, NotAMonth, month_at, read_month
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {PeriodEndsBeforeItBegins: 422, PeriodTooLong: 422}
_USUAL_MONTHS = 12
_WRITTEN = {
    "200": {
        "description": "JSON, CSV (a row for each store and month) or a page with a plot",
        "content": {
            "application/json": {"schema": schemas.ExposureSchema},
            "text/csv": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}


class WrongMonth(NotAMonth):
    """The parameter names no month."""

    def __init__(self, field: str, text: str) -> None:
        """Name the parameter."""
        super().__init__(text)
        self.field = field


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the route."""
    routes = Blueprint("exposure", __name__, description="What stores owe, and since when.")

    @routes.get("/exposure")
    @routes.arguments(schemas.ExposureQuerySchema, location="query")
    @routes.doc(responses=_WRITTEN)
    @routes.response(200, schemas.ExposureSchema)
    def read(asked: dict[str, Any]) -> object:
        """Answer what was promised, agreed, funded, paid and is overdue, by store and month."""
        access.require_operator(request)
        now = clock()
        report = _drawn_up(engine, asked, now)
        if asked["format"] == "csv":
            return Response(_as_csv(report), content_type="text/csv; charset=utf-8")
        if asked["format"] == "html":
            return Response(_as_page(report, now), content_type="text/html; charset=utf-8")
        return _as_json(report, now)

    return routes


def _drawn_up(engine: Engine, asked: dict[str, Any], now: datetime) -> Report:
    ends = _month("to", asked["to"]) if "to" in asked else month_at(now)
    begins = _month("from", asked["from_"]) if "from_" in asked else ends.later(1 - _USUAL_MONTHS)
    check_period(begins, ends)
    with engine.connect() as connection:
        return draw_up(begins, ends, exposure.cells(connection, begins, ends, now))


def _month(field: str, text: str) -> Month:
    try:
        return read_month(text)
    except NotAMonth:
        raise WrongMonth(field, text) from None


def _as_json(report: Report, now: datetime) -> dict[str, object]:
    return {
        "from_": str(report.begins),
        "to": str(report.ends),
        "as_of": now,
        "totals": report.totals._asdict(),
        "stores": [
            {"store_id": store_id, "store_name": name, **sums._asdict()}
            for store_id, name, sums in report.stores
        ],
        "months": [{"month": str(month), **sums._asdict()} for month, sums in report.months],
    }


def _as_csv(report: Report) -> str:
    rows = ((str(one.month), one.store_id, one.store_name, *one.sums) for one in report.cells)
    return written([("month", "store_id", "store_name", *STANDING), *rows])


def _as_page(report: Report, now: datetime) -> str:
    return render_template(
        "exposure.html",
        report=report,
        as_of=now,
        kinds=STANDING,
        plot=plot.plot(report),
        width=plot.WIDTH,
        height=plot.HEIGHT,
    )
