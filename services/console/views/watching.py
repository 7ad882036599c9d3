"""Watching: are the services well, what clerks did, and who the clerks are."""

import time
from typing import Any

from flask import Flask, render_template, request

from services.console.acts import log
from services.console.acts.table import ACTS
from services.console.clerks import store
from services.console.desk import desk
from services.console.neighbours import Neighbours
from services.console.reporting.lag import unread
from shared.readers import readers

_PAGE = 50
_TITLES = {act.name: act.title for act in ACTS}
_NOT_FOUND = 404


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/acts", "acts", acts)
    app.add_url_rule("/clerks", "clerks", clerks)


def health() -> str:
    """Show whether each service answers, what it has not read yet, and which alarms stand."""
    ask = desk().neighbours
    asks: dict[str, Any] = {name: (name, lambda name=name: _ready(ask, name)) for name in ask.names}
    asks["alarms"] = ("bonus_status", lambda: ask.get("bonus_status", "/alarms", limit=_PAGE))
    asks["reminders"] = ("bonus_status", lambda: ask.get("bonus_status", "/reminders", limit=_PAGE))
    asks["sms"] = ("notifications", lambda: ask.get("notifications", "/figures/days"))
    kafka = desk().kafka_bootstrap
    asks |= {
        _unread(group): (group, lambda group=group: unread(kafka, group)) for group in readers()
    }
    parts = ask.together(**asks)
    return render_template(
        "console/health.html",
        services={name: parts[name] for name in ask.names},
        unread={group: parts[_unread(group)] for group in readers()},
        alarms=parts["alarms"],
        reminders=parts["reminders"],
        sms=parts["sms"],
        sms_kopecks=desk().sms_kopecks,
    )


def _unread(group: str) -> str:
    return f"unread by {group}"


def _ready(ask: Neighbours, service: str) -> dict[str, Any]:
    began = time.perf_counter()
    answer = ask.readiness(service)
    took = round((time.perf_counter() - began) * 1000)
    if answer is None:
        return {"is_ready": False, "parts": {}, "milliseconds": took, "is_silent": True}
    parts = answer.json() if answer.status_code != _NOT_FOUND else {}
    return {"is_ready": answer.ok, "parts": parts, "milliseconds": took}


def acts() -> str:
    """Show what clerks did, on what, why, and how it ended."""
    before = request.args.get("before", "")
    asked = {
        name: request.args.get(name, "").replace("\x00", "")[:100] for name in ("clerk", "subject")
    }
    with desk().engine.connect() as connection:
        rows = log.listing(
            connection,
            clerk=asked["clerk"] or None,
            subject=asked["subject"] or None,
            before=int(before) if before.isdecimal() and len(before) < 18 else None,  # noqa: PLR2004 - a bigint
            limit=_PAGE,
        )
    last = rows[-1]["number"] if len(rows) == _PAGE else None
    return render_template("console/acts.html", rows=rows, asked=asked, last=last, titles=_TITLES)


def clerks() -> str:
    """List the clerks and what they may do."""
    with desk().engine.connect() as connection:
        found = store.listing(connection)
    return render_template("console/clerks.html", clerks=found)
