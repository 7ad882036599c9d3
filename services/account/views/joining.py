"""Sign-up, a page a step: number, code, e-mail, its code, password, a last look, welcome."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.captcha import new_captcha, solved
from services.account.views.passwords import RULES, is_weak
from services.account.visitor import browser, desk, enter, visitor, visitor_headers
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, language, marked

pages = Blueprint("joining", __name__, url_prefix="/join")
_SEE_OTHER, _REFUSED, _UNKNOWN = 303, 422, 404
_KEPT, _CLAIMED = "sign_up", "claimed_number"
# What members waits for → the page that asks for it.
STEPS = {
    "phone_code": "phone-code",
    "taken": "taken",
    "email": "email",
    "email_code": "email-code",
    "password": "password",
    "confirm": "confirm",
}
# Until its number is settled a sign-up has no e-mail to go back to.
_NUMBER = {"phone-code", "taken"}
# What a page sends: method, path below the sign-up, and its one field.
_SENDS = {
    "phone-code": ("POST", "phone-code", "code"),
    "email": ("PUT", "email", "email"),
    "email-code": ("POST", "email-code", "code"),
    "password": ("PUT", "password", "password"),
}
_SENTENCES: Sentences = {
    "invalid_email": ("email", marked("Give an e-mail address, such as name@example.com.")),
    "invalid_fields": ("email", marked("Give an e-mail address, such as name@example.com.")),
    "unknown_invitation": (
        "invitation_code",
        marked("Nobody has this invitation code. Leave it empty if you have none."),
    ),
    "wrong_step": ("", marked("This step is done already.")),
    "phone_taken": (
        "",
        marked("There is an account with this number already. Sign in with it instead."),
    ),
    "email_taken": ("", marked("There is an account with this e-mail already.")),
    "number_in_use": (
        "",
        marked("The member with this number has just been here. If that is you, sign in by SMS."),
    ),
}


@pages.get("")
def show() -> ResponseReturnValue:
    """Ask for the number; a friend's link brings his code along (`?invitation=`)."""
    form = Form({"invitation_code": request.args.get("invitation", "")[:20]})
    return _number_page(form)


@pages.post("")
def begin() -> ResponseReturnValue:
    """Begin a sign-up, or go back to its number."""
    form = sent_form("answer")
    wanted: dict[str, Any] = {"phone": form["phone"][:32] or "-", "captcha": solved(form)}
    kept = session.get(_KEPT)
    try:
        if kept and request.args.get("again"):
            _ask("PUT", f"{kept}/phone", json=wanted)
        else:
            wanted |= {"language": language(), "invitation_code": form["invitation_code"] or None}
            session[_KEPT] = _ask("POST", "", json=wanted)["sign_up_id"]
    except Refused as refusal:
        return _number_page(tell(form, refusal, _SENTENCES)), _REFUSED
    return redirect("/join/phone-code", _SEE_OTHER)


@pages.get("/<step>")
def show_step(step: str) -> ResponseReturnValue:
    """Show the page of a step, if the sign-up stands there; else the one where it stands."""
    if step == "welcome":
        visitor().token  # noqa: B018 - raises NotSignedIn
        return render_template("account/joining/welcome.html")
    if step not in STEPS.values():
        abort(404)
    sign_up = _sign_up()
    if sign_up is None:
        return redirect("/join", _SEE_OTHER)
    # Going back to the e-mail is a step too, as long as it can still be changed.
    wanted = STEPS[sign_up["state"]]
    may_go_back = step == "email" and wanted not in _NUMBER
    if step != wanted and not may_go_back:
        return redirect(f"/join/{wanted}", _SEE_OTHER)
    return _step_page(step, sign_up, Form())


@pages.post("/<step>")
def take_step(step: str) -> ResponseReturnValue:
    """Send what a step asks for; a refusal is shown beside the field."""
    if step not in _SENDS:
        abort(404)
    sign_up = _sign_up()
    if sign_up is None:
        return redirect("/join", _SEE_OTHER)
    form = sent_form("password", "code")
    method, path, field = _SENDS[step]
    try:
        after = _ask(
            method, f"{sign_up['sign_up_id']}/{path}", json={field: form.values.get(field, "")}
        )
    except Refused as refusal:
        return _step_page(step, sign_up, _told(form, refusal)), _REFUSED
    return redirect(f"/join/{STEPS[after['state']]}", _SEE_OTHER)


@pages.post("/taken")
def claim() -> ResponseReturnValue:
    """Claim the number of a member who is away: he is told, and has two weeks to come back."""
    sign_up = _sign_up()
    if sign_up is None:
        return redirect("/join", _SEE_OTHER)
    try:
        claimed = _ask("POST", f"{sign_up['sign_up_id']}/claim")
    except Refused as refusal:
        form = tell(sent_form(), refusal, _SENTENCES)
        return _step_page("taken", sign_up, form), _REFUSED
    session[_CLAIMED] = {"sign_up_id": sign_up["sign_up_id"], "free_at": claimed["free_at"]}
    return redirect("/join/taken", _SEE_OTHER)


@pages.post("/<step>/again")
def send_again(step: str) -> ResponseReturnValue:
    """Send another code."""
    sign_up = _sign_up()
    if sign_up is None or step not in {"phone-code", "email-code"}:
        return redirect("/join", _SEE_OTHER)
    try:
        _ask("POST", f"{sign_up['sign_up_id']}/{step}/again")
    except Refused as refusal:
        return _step_page(step, sign_up, tell(Form({"code": ""}), refusal, _SENTENCES)), _REFUSED
    return redirect(f"/join/{step}", _SEE_OTHER)


@pages.post("/confirm")
def confirm() -> ResponseReturnValue:
    """Become a member, signed in on this browser."""
    sign_up = _sign_up(also_ended=True)
    if sign_up is None:
        return redirect("/join", _SEE_OTHER)
    remember = request.form.get("remember") == "yes"
    try:
        entry = _ask(
            "POST", f"{sign_up['sign_up_id']}/confirm", json=browser(is_remembered=remember)
        )
    except Refused as refusal:
        form = tell(sent_form(), refusal, _SENTENCES)
        return _step_page("confirm", sign_up, form), _REFUSED
    back = session.pop("back", None)
    response = enter(entry, redirect("/join/welcome", _SEE_OTHER), remember=remember)
    if back:
        session["back"] = back
    return response


def _sign_up(*, also_ended: bool = False) -> dict[str, Any] | None:
    kept = session.get(_KEPT, "")
    try:
        found: dict[str, Any] = _ask("GET", str(UUID(kept)))
    except ValueError:
        return None
    except Refused as refusal:
        if refusal.status != _UNKNOWN:
            raise
        session.pop(_KEPT, None)
        return None
    return found if found["state"] in STEPS or also_ended else None


def _number_page(form: Form) -> str:
    return render_template("account/joining/phone.html", form=form, captcha=new_captcha())


def _step_page(step: str, sign_up: dict[str, Any], form: Form) -> str:
    claimed = session.get(_CLAIMED, {})
    is_claimed = claimed.get("sign_up_id") == sign_up["sign_up_id"]
    return render_template(
        f"account/joining/{step}.html",
        form=form,
        sign_up=sign_up,
        rules=RULES,
        free_at=claimed["free_at"] if is_claimed else None,
    )


def _told(form: Form, refusal: Refused) -> Form:
    if is_weak(form, refusal):
        return form
    if refusal.code == "invalid_fields" and "code" in form.values:
        return form.refuse([("code", gettext("The code has six digits."))])
    return tell(form, refusal, _SENTENCES)


def _ask(method: str, path: str, **options: Any) -> Any:
    members = desk().services.members
    return members.ask(method, f"sign-ups/{path}".rstrip("/"), headers=visitor_headers(), **options)
