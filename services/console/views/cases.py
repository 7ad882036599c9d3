"""Reconciliation with the operator: days, and the cases that differences make."""

from uuid import UUID

from flask import Flask, abort, render_template, request

from services.console.desk import desk

_PAGE = 50
STATES = ("open", "closed")


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/cases", "cases", cases)
    app.add_url_rule("/cases/<uuid:case_id>", "case", case)


def cases() -> str:
    """List cases by their deadlines, beside the last days."""
    ask, state = desk().neighbours, request.args.get("state", "open")
    state = state if state in STATES else "open"
    after = request.args.get("after")
    parts = ask.together(
        cases=(
            "payout",
            lambda: ask.get("payout", "/cases", state=state, after=after, limit=_PAGE),
        ),
        days=("payout", lambda: ask.get("payout", "/reconciliations", limit=14)),
    )
    return render_template("console/cases.html", state=state, states=STATES, **parts)


def case(case_id: UUID) -> str:
    """Show a case with all that was done to it."""
    found = desk().neighbours.find("payout", f"/cases/{case_id}")
    if found is None:
        abort(404)
    return render_template("console/case.html", case=found)
