"""Another password, by who knows the old one; all other devices are signed out."""

from http import HTTPStatus
from typing import cast

from flask import Blueprint, render_template, session
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.me.settings.mine import ask, done
from services.account.views.passwords import RULES, is_weak
from services.account.visitor import visitor
from shared.pages.form import Form, sent_form
from shared.pages.sessions import Session
from shared.pages.words import gettext, marked

pages = Blueprint("settings_password", __name__)
_OLD = "old_password"
_SENTENCES: Sentences = {
    "wrong_old_password": (_OLD, marked("This is not your password.")),
    "invalid_fields": (_OLD, marked("Give your password and the new one.")),
    "password_locked": (
        "",
        marked("Too many wrong passwords. Try again in 15 minutes, or set a new one by SMS."),
    ),
}


@pages.get("/me/settings/password")
def show() -> str:
    """Ask for the old and the new password."""
    return _page(Form())


@pages.post("/me/settings/password")
def change() -> Response | tuple[str, int]:
    """Change it."""
    form = sent_form(_OLD, "password")
    device = visitor().device
    wanted = {
        "old_password": form.values.get(_OLD) or None,
        "password": form.values.get("password", ""),
        "device_id": device and device[0],
    }
    try:
        ask("PUT", "password", json=wanted)
    except Refused as refusal:
        if not is_weak(form, refusal):
            tell(form, refusal, _SENTENCES)
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    # Whoever may know the old password may know this session's name too.
    cast("Session", session).rotate()
    return done(gettext("The new password is set. All other devices are signed out."))


def _page(form: Form) -> str:
    profile = ask("GET", "profile")
    return render_template(
        "account/settings/password.html", form=form, profile=profile, rules=RULES
    )
