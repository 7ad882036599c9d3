"""A clerk's own pages: signing in and out, and choosing a password."""

from typing import cast

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.console import guard
from services.console.clerks.domain import WeakPassword
from services.console.clerks.signing_in import WrongSignIn
from services.console.desk import desk, signed_in
from shared.pages.form import Form, sent_form
from shared.pages.sessions import RedisSessions
from shared.pages.site import local_path
from shared.pages.words import gettext as _
from shared.pages.words import marked
from shared.problems import TooManyTries

Page = str | Response | tuple[str, int]
_LONGEST = 200
# As domain.check_password says them, for the catalogs.
WEAK = (
    marked("Use 12 to 128 characters."),
    marked("Too easy to guess: use more different characters, and not your name."),
)


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/password", "password", password, methods=["GET", "POST"])


def sign_in() -> Page:
    """Sign a clerk in by name, password and code."""
    if request.method == "GET":
        sessions = cast("RedisSessions", current_app.session_interface)
        form, can_enter = Form(), sessions.answers()
        if not can_enter:
            form.refuse([("", _("Nobody can sign in just now; try again in a minute."))])
        return render_template("console/sign_in.html", form=form), 200 if can_enter else 503
    form = sent_form("password", "code")
    code = "".join(form["code"].split())[:_LONGEST]
    address = request.remote_addr or ""
    try:
        clerk = desk().door.prove(
            form["name"].lower()[:_LONGEST],
            form.values.get("password", "")[:_LONGEST],
            code,
            address,
        )
    except WrongSignIn:
        said = _("The name, the password or the code is wrong, or the code was used already.")
        return _refused(form, said, 422)
    except TooManyTries:
        return _refused(form, _("Too many wrong tries: wait a minute and try again."), 429)
    guard.remember(clerk)
    return redirect(local_path(request.args.get("next", "/")), 303)


def sign_out() -> Page:
    """Sign the clerk out."""
    guard.forget()
    return redirect(url_for("sign_in"), 303)


def password() -> Page:
    """Let a clerk choose his password; all his other sessions end."""
    if request.method == "GET":
        return render_template("console/password.html", form=Form())
    form = sent_form("old", "password", "again")
    old, new = (form.values.get(name, "")[:_LONGEST] for name in ("old", "password"))
    if new != form.values.get("again"):
        form.refuse([("again", _("The two are not the same."))])
    else:
        try:
            version = desk().door.change_password(signed_in(), old, new)
        except WeakPassword as weak:
            form.refuse([("password", _(str(weak)))])
        except WrongSignIn:
            form.refuse([("old", _("This is not your present password."))])
        except TooManyTries:
            form.refuse([("", _("Too many wrong tries: wait a minute and try again."))])
    if form.errors:
        return render_template("console/password.html", form=form), 422
    guard.remember(signed_in(), version)
    flash(_("Your password is changed; other sessions of yours have ended."), "good")
    return redirect(url_for("find"), 303)


def _refused(form: Form, said: str, status: int) -> tuple[str, int]:
    form.refuse([("", said)])
    return render_template("console/sign_in.html", form=form), status
