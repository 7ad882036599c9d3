"""What waits for a clerk: held reports, parked messages, held payouts, SMS that did not go."""

from typing import Any

from flask import Flask, render_template, request

from services.console.config import NEIGHBOURS
from services.console.desk import desk
from services.console.neighbours import Missing

_PAGE = 50
# click_tracking hears stores alone, and parks nothing.
PARKING = tuple(name for name in NEIGHBOURS if name != "click_tracking")


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/held", "held", held)
    app.add_url_rule("/parked", "parked", parked)
    app.add_url_rule("/payouts/held", "payouts_held", payouts_held)


def held() -> str:
    """List the reports that wait for a cause or for a clerk."""
    asked = {name: request.args.get(name, "") for name in ("code", "partner_id", "store_id")}
    after = request.args.get("after")
    page = desk().neighbours.get("partner_postback", "/held", **asked, after=after, limit=_PAGE)
    return render_template("console/held.html", page=page, asked=asked)


def parked() -> str:
    """List the messages that a service could not apply, and what else lies still."""
    ask = desk().neighbours
    parts = ask.together(
        **{
            name: (name, lambda name=name: ask.get(name, "/ops/parked", limit=200))
            for name in PARKING
        },
        failed=(
            "notifications",
            lambda: ask.get("notifications", "/messages", failed="true", limit=_PAGE),
        ),
        invitations=("bonus_status", lambda: ask.get("bonus_status", "/invitations")),
    )
    failed, invitations = parts.pop("failed"), parts.pop("invitations")
    rows: list[dict[str, Any]] = [
        {"service": name, **one} for name, part in parts.items() if part for one in part["data"]
    ]
    silent = [name for name, part in parts.items() if isinstance(part, Missing)]
    return render_template(
        "console/parked.html",
        rows=sorted(rows, key=lambda one: one["parked_at"]),
        failed=failed["data"] if failed else [],
        invitations=invitations["data"] if invitations else [],
        missing=silent,
    )


def payouts_held() -> str:
    """List payouts whose answers contradict each other, and reversals that fit none."""
    ask = desk().neighbours
    parts = ask.together(
        held=("payout", lambda: ask.get("payout", "/payouts/held", limit=_PAGE)),
        waiting=("payout", lambda: ask.get("payout", "/reversals/waiting", limit=_PAGE)),
    )
    return render_template("console/payouts_held.html", **parts)
