"""A forgotten password: number, code of the SMS, code of the e-mail, a new one; then signed in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session
from flask.typing import ResponseReturnValue

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.captcha import new_captcha, solved
from services.account.views.passwords import RULES, is_weak
from services.account.visitor import browser, desk, enter, visitor_headers
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, language, marked

pages = Blueprint("recovering", __name__, url_prefix="/recover")
_SEE_OTHER, _REFUSED = 303, 422
_KEPT = "recovery"
# What members waits for → the page that asks for it.
_STEPS = {"phone_code": "phone-code", "email_code": "email-code", "password": "password"}
_CODES = {"phone-code", "email-code"}
_SENTENCES: Sentences = {"invalid_fields": ("code", marked("The code has six digits."))}
_OVER = marked("That took more than half an hour. Please begin again with your number.")


@pages.get("")
def show() -> str:
    """Ask for the number."""
    return _number_page(Form())


@pages.post("")
def begin() -> ResponseReturnValue:
    """Send a code; whether the number is a member's is not told."""
    form = sent_form("answer")
    wanted = {"phone": form["phone"][:32] or "-", "captcha": solved(form), "language": language()}
    try:
        return _go_on(_ask("POST", "", json=wanted))
    except Refused as refusal:
        return _number_page(tell(form, refusal)), _REFUSED


@pages.get("/<step>")
def show_step(step: str) -> ResponseReturnValue:
    """Show the page of a step, if the recovery stands there; else the one where it stands."""
    if step not in _STEPS.values():
        abort(404)
    if (elsewhere := _elsewhere(step)) is not None:
        return elsewhere
    return _step_page(step, Form())


@pages.post("/<any('phone-code', 'email-code'):step>")
def take_code(step: str) -> ResponseReturnValue:
    """Take the code that came."""
    if (elsewhere := _elsewhere(step)) is not None:
        return elsewhere
    form = sent_form("code")
    typed = {"code": form["code"].replace(" ", "")}
    try:
        return _go_on(_ask("POST", f"{_recovery_id()}/{step}", json=typed))
    except Refused as refusal:
        return _refused(step, form, refusal)


@pages.post("/<any('phone-code', 'email-code'):step>/again")
def send_again(step: str) -> ResponseReturnValue:
    """Send another code."""
    if (elsewhere := _elsewhere(step)) is not None:
        return elsewhere
    try:
        return _go_on(_ask("POST", f"{_recovery_id()}/{step}/again"))
    except Refused as refusal:
        return _refused(step, Form({"code": ""}), refusal)


@pages.post("/password")
def set_password() -> ResponseReturnValue:
    """Set the new password, and let the member in on this browser alone."""
    if (elsewhere := _elsewhere("password")) is not None:
        return elsewhere
    form = sent_form("password")
    remember = form["remember"] == "yes"
    known = browser(is_remembered=remember)
    wanted = {"password": form.values.get("password", "")} | known
    try:
        entry = _ask("PUT", f"{_recovery_id()}/password", json=wanted)
    except Refused as refusal:
        if is_weak(form, refusal):
            return _step_page("password", form), _REFUSED
        return _refused("password", form, refusal)
    session.pop(_KEPT)
    response = enter(entry, redirect("/me", _SEE_OTHER), remember=remember)
    flash(gettext("The new password is set. All other devices are signed out."))
    return response


def _go_on(recovery: dict[str, Any]) -> ResponseReturnValue:
    code = recovery["code"] or {}
    session[_KEPT] = {
        "recovery_id": recovery["recovery_id"],
        "state": recovery["state"],
        "again_at": code.get("again_at"),
    }
    return redirect(f"/recover/{_STEPS[recovery['state']]}", _SEE_OTHER)


def _elsewhere(step: str) -> ResponseReturnValue | None:
    kept = session.get(_KEPT)
    if kept is None:
        return redirect("/recover", _SEE_OTHER)
    stands = _STEPS.get(kept["state"])
    return None if step == stands else redirect(f"/recover/{stands or ''}".rstrip("/"), _SEE_OTHER)


def _refused(step: str, form: Form, refusal: Refused) -> ResponseReturnValue:
    if refusal.code == "unknown_recovery":
        session.pop(_KEPT)
        flash(gettext(_OVER), "error")
        return redirect("/recover", _SEE_OTHER)
    stands = refusal.problem.get("state")
    if refusal.code == "wrong_step" and stands in _STEPS:  # another tab was faster
        session[_KEPT] = {**session[_KEPT], "state": stands}
        return redirect(f"/recover/{_STEPS[stands]}", _SEE_OTHER)
    if refusal.code == "wrong_step":
        session.pop(_KEPT)
        return redirect("/me", _SEE_OTHER)
    return _step_page(step, tell(form, refusal, _SENTENCES)), _REFUSED


def _recovery_id() -> UUID:
    return UUID(session[_KEPT]["recovery_id"])


def _number_page(form: Form) -> str:
    return render_template("account/recovering/phone.html", form=form, captcha=new_captcha())


def _step_page(step: str, form: Form) -> str:
    template = "code" if step in _CODES else "password"
    return render_template(
        f"account/recovering/{template}.html",
        form=form,
        step=step,
        again_at=session[_KEPT]["again_at"],
        rules=RULES,
    )


def _ask(method: str, path: str, **options: Any) -> Any:
    members = desk().services.members
    return members.ask(
        method, f"recoveries/{path}".rstrip("/"), headers=visitor_headers(), **options
    )
