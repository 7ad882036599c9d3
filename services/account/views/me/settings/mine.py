"""How the settings ask members: as the member himself, for the browser that he sits at."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect
from werkzeug.wrappers import Response

from services.account.refusals import said
from services.account.services import Refused
from services.account.visitor import desk, visitor, visitor_headers


def ask(method: str, path: str, **options: Any) -> Any:
    """Ask members below /me; who is blocked or erased meanwhile is told so on his first page."""
    members = desk().services.members
    try:
        return members.ask(
            method, f"me/{path}", visitor().token, headers=visitor_headers(), **options
        )
    except Refused as refusal:
        if refusal.code != "member_blocked":
            raise
        flash(said(refusal, {}), "error")
        abort(redirect("/me", HTTPStatus.SEE_OTHER))


def done(sentence: str, path: str = "/me/settings") -> Response:
    """Go on to a page that says what was done."""
    flash(sentence)
    return redirect(path, HTTPStatus.SEE_OTHER)
