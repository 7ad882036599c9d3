"""Lets a clerk in to what his role allows: the one place that does, before every page and act."""

from datetime import datetime, timedelta

from flask import Flask, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from services.console.clerks import store
from services.console.clerks.domain import Clerk
from services.console.desk import desk
from services.console.roles import LEAST, OPEN, OWN

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)


def guard(app: Flask) -> None:
    """Ask before each request who it is, and whether he may."""

    @app.before_request
    def let_in() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN:
            return None
        clerk = present_clerk()
        if clerk is None:
            wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
            return redirect(url_for("sign_in", next=None if wanted == "/" else wanted))
        g.clerk = clerk
        if endpoint in OWN:
            return None
        if clerk.password_is_temporary:
            return redirect(url_for("password"))
        least = LEAST.get(endpoint)
        if least is None or not clerk.role.may(least):
            abort(403)
        return None

    @app.context_processor
    def who() -> dict[str, object]:
        return {"clerk": g.get("clerk"), "may": may}


def may(endpoint: str) -> bool:
    """Say whether the signed-in clerk may use a page or an act: others are not shown."""
    clerk: Clerk | None = g.get("clerk")
    return clerk is not None and endpoint in LEAST and clerk.role.may(LEAST[endpoint])


def remember(clerk: Clerk, version: int | None = None) -> None:
    """Begin a session for a clerk, under a new name: the one before the sign-in is void."""
    session.clear()
    session.rotate()  # type: ignore[attr-defined]
    session["clerk"] = clerk.name
    session["version"] = clerk.version if version is None else version
    session["began_at"] = desk().clock().isoformat()


def name_in_session() -> str | None:
    """Answer who signed in, whether or not he still may."""
    return session.get("clerk")


def forget() -> None:
    """End the session."""
    session.clear()
    session.rotate()  # type: ignore[attr-defined]


def present_clerk() -> Clerk | None:
    """Answer who is signed in: by a session that is not too old, of a clerk as he is now."""
    name = name_in_session()
    if not name:
        return None
    age = desk().clock() - datetime.fromisoformat(session["began_at"])
    if age >= LONGEST:
        return None
    with desk().engine.connect() as connection:
        clerk = store.find(connection, name)
    # A new password or role, new secrets and an end move the version: sessions of before are over.
    is_same = clerk is not None and clerk.is_active and clerk.version == session["version"]
    return clerk if is_same else None
