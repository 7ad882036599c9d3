"""The link that signs a person in: it works once, within ten minutes, and leaves a sealed cookie.

Opened by a browser's prefetch or a messenger's preview it is not used up: only a person's GET is.
"""

from datetime import timedelta
from typing import cast

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)

from services.members import handlers
from services.members.api import Office
from shared.identity import SESSION_COOKIE

pages = Blueprint(
    "sign_in",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
_SEE_OTHER = 303


@pages.get("/sign-in/<token>")
def sign_in(token: str) -> Response:
    """Sign the person in and go to the website."""
    # Until it is used the token is as good as a password: keep it out of the log.
    g.shown_path = "/sign-in/<token>"
    if _is_only_looking():
        return Response(status=204)
    here = cast("Office", current_app.extensions["members"])
    address = request.remote_addr or ""
    here.guesses.check(address)
    try:
        with here.engine.begin() as connection:
            member_id = handlers.sign_in(connection, token, here.clock())
    except handlers.LinkSpent as refusal:
        here.guesses.note_failure(address)
        return make_response(render_template("members/link_spent.html", why=str(refusal)), 410)
    lasts = timedelta(days=here.settings.session_days)
    response = cast("Response", redirect(here.settings.account_url, _SEE_OTHER))
    response.set_cookie(
        SESSION_COOKIE,
        here.sessions.seal(member_id, here.clock() + lasts),
        max_age=lasts,
        domain=here.settings.session_cookie_domain,
        secure=here.settings.cookie_is_secure,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_only_looking() -> bool:
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return request.method == "HEAD" or "prefetch" in purpose or "preview" in purpose
