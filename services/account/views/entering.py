"""Sign-in by password or by a code in an SMS, and sign-out."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.captcha import new_captcha, solved
from services.account.visitor import browser, desk, enter, leave, visitor, visitor_headers
from shared.pages.form import Form, sent_form
from shared.pages.site import local_path
from shared.pages.words import gettext, language, marked

pages = Blueprint("entering", __name__)
_SEE_OTHER, _SPENT, _REFUSED = 303, 410, 422
_KEPT = "sign_in"
_SENTENCES: Sentences = {
    "wrong_sign_in": ("", marked("This number and this password do not go together.")),
    "password_locked": (
        "",
        marked("Too many wrong passwords. Sign in by SMS, or try again in 15 minutes."),
    ),
    "away_too_long": (
        "",
        marked(
            "Nobody has been here for over a year, and numbers change owners. Sign in with your"
            " password, or set a new one with your number and e-mail."
        ),
    ),
    "link_spent": (
        "",
        marked("This link was used already or is older than 10 minutes."),
    ),
    "invalid_fields": ("", marked("Give your number and your password.")),
}


@pages.get("/enter")
def show() -> ResponseReturnValue:
    """Ask for number and password; `?back=` is where the visitor wanted to go."""
    back = local_path(request.args.get("back", ""), "")
    if back:
        session["back"] = back
    if visitor().is_member:
        return redirect(_back(), _SEE_OTHER)
    return render_template("account/entering/enter.html", form=Form())


@pages.post("/enter")
def by_password() -> ResponseReturnValue:
    """Let a member in by number and password."""
    form = sent_form("password")
    remember = form["remember"] == "yes"
    wanted = {"phone": form["phone"][:32], "password": form.values.get("password", "")}
    try:
        entry = _ask("sign-ins/password", wanted | browser(is_remembered=remember))
    except Refused as refusal:
        page = render_template("account/entering/enter.html", form=tell(form, refusal, _SENTENCES))
        return page, _REFUSED
    return enter(entry, redirect(_back(), _SEE_OTHER), remember=remember)


@pages.get("/enter/sms")
def show_sms() -> ResponseReturnValue:
    """Ask for the number that gets a code."""
    return _sms_page(Form())


@pages.post("/enter/sms")
def send_sms() -> ResponseReturnValue:
    """Send the code; whether the number is a member's is not told."""
    form = sent_form("answer")
    wanted = {"phone": form["phone"][:32] or "-", "captcha": solved(form), "language": language()}
    try:
        answer = _ask("sign-ins", wanted)
    except Refused as refusal:
        return _sms_page(tell(form, refusal)), _REFUSED
    session[_KEPT] = {"sign_in_id": answer["sign_in_id"], "again_at": answer["code"]["again_at"]}
    return redirect("/enter/code", _SEE_OTHER)


@pages.get("/enter/code")
def show_code() -> ResponseReturnValue:
    """Ask for the code."""
    if _KEPT not in session:
        return redirect("/enter/sms", _SEE_OTHER)
    return _code_page(Form())


@pages.post("/enter/code")
def by_code() -> ResponseReturnValue:
    """Let a member in by the code that came."""
    form = sent_form("code")
    if _KEPT not in session:
        return redirect("/enter/sms", _SEE_OTHER)
    remember = form["remember"] == "yes"
    wanted = {"code": form["code"].replace(" ", "")} | browser(is_remembered=remember)
    try:
        entry = _ask(f"sign-ins/{_sign_in_id()}/code", wanted)
    except Refused as refusal:
        if refusal.code == "invalid_fields":
            form.refuse([("code", gettext("The code has six digits."))])
        elif refusal.code == "unknown_sign_in":
            session.pop(_KEPT)
            return redirect("/enter/sms", _SEE_OTHER)
        else:
            tell(form, refusal, _SENTENCES)
        return _code_page(form), _REFUSED
    session.pop(_KEPT)
    return enter(entry, redirect(_back(), _SEE_OTHER), remember=remember)


@pages.post("/enter/code/again")
def send_again() -> ResponseReturnValue:
    """Send another code."""
    if _KEPT not in session:
        return redirect("/enter/sms", _SEE_OTHER)
    try:
        answer = _ask(f"sign-ins/{_sign_in_id()}/code/again", {})
    except Refused as refusal:
        return _code_page(tell(Form({"code": ""}), refusal)), _REFUSED
    session[_KEPT] = {**session[_KEPT], "again_at": answer["code"]["again_at"]}
    return redirect("/enter/code", _SEE_OTHER)


@pages.get("/enter/link/<token>")
def show_link(token: str) -> str:
    """Ask whether to sign in: whoever only looks at the link does not use it up."""
    # Until it is used the token is as good as a password: keep it out of the log.
    g.shown_path = "/enter/link/<token>"
    return render_template("account/entering/link.html", form=Form(), token=token)


@pages.post("/enter/link/<token>")
def by_link(token: str) -> ResponseReturnValue:
    """Let a member in by the link that the operator sent; it works once."""
    g.shown_path = "/enter/link/<token>"
    try:
        entry = _ask("sign-ins/link", {"token": token[:200]} | browser(is_remembered=False))
    except Refused as refusal:
        form = tell(Form(), refusal, _SENTENCES)
        return render_template("account/entering/link.html", form=form, token=""), _SPENT
    return enter(entry, redirect(_back(), _SEE_OTHER), remember=False)


@pages.post("/leave")
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    if device := visitor().device:
        _ask(f"devices/{device[0]}/end", {"device_secret": device[1]})
    return leave(redirect("/", _SEE_OTHER))


def _sign_in_id() -> UUID:
    return UUID(session[_KEPT]["sign_in_id"])


def _back() -> str:
    return local_path(session.pop("back", ""), "/me")


def _sms_page(form: Form) -> str:
    return render_template("account/entering/sms.html", form=form, captcha=new_captcha())


def _code_page(form: Form) -> str:
    return render_template(
        "account/entering/code.html", form=form, again_at=session[_KEPT]["again_at"]
    )


def _ask(path: str, wanted: dict[str, Any]) -> Any:
    return desk().services.members.ask("POST", path, json=wanted, headers=visitor_headers())
