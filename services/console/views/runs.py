"""The month's run: plan, differences and outliers, release by a second person, progress."""

from typing import Any

from flask import Flask, abort, render_template, request

from services.console.desk import desk, signed_in

_PAGE = 50
# Where a run is still moving, its page renews itself.
MOVING = frozenset({"planning", "released"})
STEPS = {
    "planning": ("run-cancel",),
    "planned": ("run-release", "run-cancel"),
    "released": ("run-pause", "run-cancel"),
    "paused": ("run-resume", "run-cancel"),
}


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/runs", "runs", runs)
    app.add_url_rule("/runs/<month:month>", "run", run)


def runs() -> str:
    """List the runs, the newest month first."""
    ask = desk().neighbours
    parts = ask.together(
        runs=("payout", lambda: ask.get("payout", "/runs")),
        liability=("payout", lambda: ask.get("payout", "/certificates/liability")),
        held=("payout", lambda: ask.get("payout", "/payouts/held", limit=200)),
    )
    return render_template("console/runs.html", **parts)


def run(month: str) -> str:
    """Show a run: what it would pay beside the last one, who may release it, how far it is."""
    # Threads ask: what the page was asked for is read here, before them.
    ask, after, state = desk().neighbours, request.args.get("after"), request.args.get("state")
    parts = ask.together(
        run=("payout", lambda: ask.find("payout", f"/runs/{month}")),
        review=("payout", lambda: ask.find("payout", f"/runs/{month}/review")),
        payouts=(
            "payout",
            lambda: ask.find(
                "payout",
                f"/runs/{month}/payouts",
                limit=_PAGE,
                after=after,
                state=state,
            ),
        ),
    )
    found: dict[str, Any] | None = parts["run"]
    if found is None:
        abort(404)
    stands = found["state"] if found else ""
    return render_template(
        "console/run.html",
        month=month,
        parts=parts,
        run=found,
        moves=stands in MOVING,
        steps=STEPS.get(stands, ()),
        is_second=bool(found) and found["begun_by"] != signed_in().name,
    )
