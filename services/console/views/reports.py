"""Reports as plots, each with its table and its CSV."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, abort, render_template, request

from services.console.desk import desk
from services.console.neighbours import Neighbours, Refused
from services.console.reporting.reports import REPORTS, Report
from shared.csv_cells import written
from shared.pages.words import gettext

_DAY = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", re.ASCII)


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/reports", "reports", reports)
    app.add_url_rule("/reports/<slug:name>.csv", "report_csv", report_csv)


def reports() -> str:
    """Show all reports."""
    # Threads ask: what the page was asked for is read here, before them.
    ask, period = desk().neighbours, _period()
    asks: dict[str, Any] = {
        one.name: (one.service, lambda one=one: _figures(ask, one, period)) for one in REPORTS
    }
    parts = ask.together(**asks)
    shown = [(one, parts[one.name]) for one in REPORTS]
    return render_template("console/reports.html", shown=shown, period=period)


def report_csv(name: str) -> Response:
    """Write a report for a spreadsheet."""
    report = next((one for one in REPORTS if one.name == name), None)
    if report is None:
        abort(404)
    answer = _figures(desk().neighbours, report, _period())
    if answer is None:
        abort(422)
    head = [gettext(column) for column in report.columns]
    text = written([head, *report.rows(answer)])
    # Excel reads UTF-8 only with its mark in front.
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + text, mimetype="text/csv", headers=headers)


def _figures(ask: Neighbours, report: Report, period: Mapping[str, str]) -> Any | None:
    asked: Mapping[str, str] = {}
    if report.has_days:
        asked = period
    elif report.has_months:
        asked = {name: day[:7] for name, day in period.items() if day}
    try:
        return ask.get(report.service, report.path, **asked)
    except Refused:
        return None


def _period() -> dict[str, str]:
    given = {name: request.args.get(name, "") for name in ("from", "to")}
    return {name: day if _DAY.fullmatch(day) else "" for name, day in given.items()}
