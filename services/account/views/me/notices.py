"""What the member was told, and how much of it he has not read yet."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.account.services import Refused
from services.account.telling.notices import told
from services.account.visitor import desk, visitor
from shared.http_client import CallFailed
from shared.pages.form import sent_form

pages = Blueprint("notices", __name__)
log = structlog.get_logger()
_PAGE = 20


@pages.get("/me/notices")
def show() -> str:
    """List what the member was told, the newest first."""
    after = request.args.get("after", "")
    try:
        found = desk().services.notifications.get(
            "me/notices", visitor().token, after=after, limit=_PAGE
        )
    except Refused:
        abort(HTTPStatus.NOT_FOUND)
    g.unread_notices = found["unread"]
    return render_template(
        "account/notices/list.html",
        notices=[told(one) for one in found["data"]],
        newest=found["data"][0]["notice_id"] if found["data"] else None,
        unread=found["unread"],
        following=found["next"],
        is_first=not after,
    )


@pages.post("/me/notices/read")
def read() -> Response:
    """Note that what the page showed is read; what came since stays unread."""
    newest = sent_form()["newest"]
    try:
        desk().services.notifications.ask(
            "POST", "me/notices/read", visitor().token, json={"newest": newest}
        )
    except Refused:
        abort(HTTPStatus.NOT_FOUND)
    return redirect(url_for("notices.show"), HTTPStatus.SEE_OTHER)


@pages.app_context_processor
def unread_notices() -> dict[str, Callable[[], int]]:
    """Give the layout the number beside its link: one call, on the member's own pages alone."""
    return {"unread_notices": _unread}


def _unread() -> int:
    if "unread_notices" not in g:
        try:
            asked = desk().services.notifications.get("me/notices", visitor().token, limit=1)
            g.unread_notices = asked["unread"]
        except (CallFailed, Refused) as fault:
            # A page about money does not fail because nobody counts its messages.
            log.warning("notices.not_counted", fault=type(fault).__name__)
            g.unread_notices = 0
    return int(g.unread_notices)
