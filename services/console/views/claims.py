"""Claims of members, and corrections by two persons."""

from uuid import UUID

from flask import Flask, Response, abort, render_template, request

from services.console.desk import desk

_PAGE = 50
STATES = ("opened", "sent", "answered", "accepted", "refused", "withdrawn", "settled")
CORRECTION_STATES = ("waiting", "done", "refused")
# What a clerk can do with a claim as it stands; the service decides, this only shows the buttons.
STEPS = {
    "opened": ("claim-send", "claim-refuse"),
    "sent": ("claim-answer", "claim-refuse"),
    "answered": ("claim-accept", "claim-refuse"),
}


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/claims", "claims", claims)
    app.add_url_rule("/claims/<uuid:claim_id>", "claim", claim)
    app.add_url_rule("/claims/<uuid:claim_id>/file", "claim_file", claim_file)
    app.add_url_rule("/corrections", "corrections", corrections)


def claims() -> str:
    """List claims, that first of which the answer is due first."""
    state = request.args.get("state", "opened")
    state = state if state in (*STATES, "all") else "opened"
    overdue = request.args.get("overdue") == "true"
    page = desk().neighbours.get(
        "bonus_status",
        "/claims",
        state=None if state == "all" else state,
        overdue="true" if overdue else None,
        after=request.args.get("after"),
        limit=_PAGE,
    )
    return render_template(
        "console/claims.html", page=page, state=state, overdue=overdue, states=(*STATES, "all")
    )


def claim(claim_id: UUID) -> str:
    """Show a claim with who did what, and what can be done now."""
    found = desk().neighbours.find("bonus_status", f"/claims/{claim_id}")
    if found is None:
        abort(404)
    return render_template("console/claim.html", claim=found, steps=STEPS.get(found["state"], ()))


def claim_file(claim_id: UUID) -> Response:
    """Hand the member's file on, to be kept and never shown in our own name."""
    answer = desk().neighbours.raw("bonus_status", f"/claims/{claim_id}/file")
    if not answer.ok:
        abort(404)
    headers = {
        "Content-Disposition": f'attachment; filename="claim-{claim_id}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(answer.content, mimetype="application/octet-stream", headers=headers)


def corrections() -> str:
    """List corrections, those that wait for a second person first."""
    state = request.args.get("state", "waiting")
    state = state if state in CORRECTION_STATES else "waiting"
    page = desk().neighbours.get("bonus_status", "/corrections", state=state)
    return render_template(
        "console/corrections.html", page=page, state=state, states=CORRECTION_STATES
    )
