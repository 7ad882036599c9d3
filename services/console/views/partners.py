"""Partners: keys, profiles, pulls, and what a message of theirs would do."""

import json
from urllib.parse import urlencode

from flask import Flask, abort, render_template, request

from services.console.desk import desk
from services.console.neighbours import Refused
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext as _

_NEWEST = 20


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/partners", "partners", partners)
    app.add_url_rule("/partners/<slug:partner_id>", "partner", partner)
    app.add_url_rule(
        "/partners/<slug:partner_id>/try", "partner_try", try_message, methods=["GET", "POST"]
    )


def partners() -> str:
    """List partners, profiles and pulls."""
    ask = desk().neighbours
    service = "partner_postback"
    parts = ask.together(
        partners=(service, lambda: ask.get(service, "/partners")),
        profiles=(service, lambda: ask.get(service, "/profiles")),
        pulls=(service, lambda: ask.get(service, "/pulls")),
    )
    return render_template("console/partners.html", **parts)


def partner(partner_id: str) -> str:
    """Show a partner: what it may send, which secrets are valid, its last reports."""
    ask, service, path = desk().neighbours, "partner_postback", f"/partners/{partner_id}"
    parts = ask.together(
        partner=(service, lambda: ask.find(service, path)),
        secrets=(service, lambda: ask.find(service, f"{path}/secrets")),
        webhook=(service, lambda: ask.find(service, f"{path}/webhook")),
        receipts=(
            service,
            lambda: ask.find(service, "/receipts", partner_id=partner_id, limit=_NEWEST),
        ),
    )
    if parts["partner"] is None:
        abort(404)
    return render_template("console/partner.html", partner_id=partner_id, **parts)


def try_message(partner_id: str) -> str | tuple[str, int]:
    """Say what a message would do; nothing is kept."""
    ask = desk().neighbours
    known = ask.find("partner_postback", f"/partners/{partner_id}")
    if known is None:
        abort(404)
    answer, form, status = None, Form(), 200
    if request.method == "POST":
        form = sent_form("key")
        name = form["format"]
        if name not in known["formats"]:
            form.refuse([("format", _("Choose one of the list."))])
        elif not form["key"]:
            form.refuse([("key", _("Fill this in."))])
        else:
            query = urlencode({"token": form["key"]})
            more = f"&{form['message'].lstrip('?')}" if form["message"] else ""
            try:
                path = f"/dry-run/{partner_id}/{name}?{query}{more}"
                answer = ask.get("partner_postback", path)
            except Refused as refused:
                form.refuse([("message", refused.detail)])
        status = 422 if form.errors else 200
    shown = json.dumps(answer, indent=2, ensure_ascii=False) if answer else None
    page = render_template(
        "console/partner_try.html",
        partner_id=partner_id,
        partner=known,
        form=form,
        answer=answer,
        shown=shown,
    )
    return page, status
