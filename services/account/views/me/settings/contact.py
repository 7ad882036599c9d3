"""Another number or e-mail: the old and the new one are sent codes, and both are typed here."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, session
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.telling.sums import masked
from services.account.views.me.settings.mine import ask, done
from services.account.visitor import WHOSE
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked

pages = Blueprint("settings_contact", __name__)
_KEPT = "change"
_NO_EMAIL = marked("Give an e-mail address, such as name@example.com.")
_SAME = marked("This is what we have already.")
_SENTENCES: Sentences = {
    "invalid_phone": (
        "new",
        marked("Give a mobile number with its country code, such as +7 926 123-45-67."),
    ),
    "invalid_fields": ("new", _NO_EMAIL),
    "nothing_changes": ("new", _SAME),
}
_CODE_SENTENCES: Sentences = {
    "invalid_fields": ("code", marked("The code has six digits.")),
    "phone_taken": ("", marked("There is another account with this number by now.")),
    "email_taken": ("", marked("There is another account with this e-mail by now.")),
    "end_proved": ("", marked("This code was taken already.")),
}


@pages.get("/me/settings/<any(phone, email):what>")
def show(what: str) -> str:
    """Ask for the new number or e-mail."""
    return _page(what, Form(), ask("GET", "profile"))


@pages.post("/me/settings/<any(phone, email):what>")
def begin(what: str) -> Response | tuple[str, int]:
    """Send the codes."""
    form, profile = sent_form(), ask("GET", "profile")
    try:
        change = ask("POST", f"changes/{what}", json={"new": form["new"][:300] or "-"})
    except Refused as refusal:
        page = _page(what, tell(form, refusal, _SENTENCES), profile)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    by_mail = what == "email" and profile["email"]
    _keep(change, profile["email"] if by_mail else masked(profile["phone"]))
    return redirect("/me/settings/change", HTTPStatus.SEE_OTHER)


@pages.get("/me/settings/change")
def show_codes() -> Response | str:
    """Ask for the codes that are still wanted."""
    if _KEPT not in session:
        return redirect("/me/settings", HTTPStatus.SEE_OTHER)
    return _codes_page()


@pages.post("/me/settings/change/<any(old, new):end>")
def prove(end: str) -> Response | tuple[str, int]:
    """Take the code of one end; with the second the change is done."""
    if _KEPT not in session:
        return redirect("/me/settings", HTTPStatus.SEE_OTHER)
    typed = sent_form()[f"{end}_code"].replace(" ", "")
    try:
        change = ask("POST", f"changes/{_change_id()}/{end}-code", json={"code": typed})
    except Refused as refusal:
        return _refused(end, refusal)
    if change["done_at"] is None:
        _keep(change, session[_KEPT]["old"])
        return redirect("/me/settings/change", HTTPStatus.SEE_OTHER)
    session.pop(_KEPT)
    session.pop(WHOSE, None)
    is_phone = change["what"] == "phone"
    return done(gettext("Your number is changed.") if is_phone else gettext("Your e-mail is set."))


@pages.post("/me/settings/change/<any(old, new):end>/again")
def send_again(end: str) -> Response | tuple[str, int]:
    """Send one end another code."""
    if _KEPT not in session:
        return redirect("/me/settings", HTTPStatus.SEE_OTHER)
    try:
        change = ask("POST", f"changes/{_change_id()}/{end}-code/again")
    except Refused as refusal:
        return _refused(end, refusal)
    _keep(change, session[_KEPT]["old"])
    return redirect("/me/settings/change", HTTPStatus.SEE_OTHER)


def _refused(end: str, refusal: Refused) -> Response | tuple[str, int]:
    if refusal.code == "unknown_change":
        what = session.pop(_KEPT)["what"]
        flash(gettext("That took more than an hour. Please begin again."), "error")
        return redirect(f"/me/settings/{what}", HTTPStatus.SEE_OTHER)
    told = tell(Form({"code": ""}), refusal, _CODE_SENTENCES).errors
    # Two codes are asked for on one page: each field has a name of its own.
    errors = {f"{end}_code" if field == "code" else field: said for field, said in told.items()}
    page = _codes_page(end, Form({f"{end}_code": ""}, errors, frozenset({f"{end}_code"})))
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _keep(change: dict[str, Any], old: str) -> None:
    session[_KEPT] = {
        "change_id": change["change_id"],
        "what": change["what"],
        "new": change["new"],
        "old": old,
        "again_at": {
            end: change[f"{end}_code"]["again_at"]
            for end in ("old", "new")
            if change[f"{end}_code"] is not None
        },
        "proved": [end for end in ("old", "new") if change[f"is_{end}_proved"]],
    }


def _change_id() -> UUID:
    return UUID(session[_KEPT]["change_id"])


def _page(what: str, form: Form, profile: dict[str, Any]) -> str:
    return render_template("account/settings/contact.html", what=what, form=form, profile=profile)


def _codes_page(end: str = "", form: Form | None = None) -> str:
    shown = {"old": Form(), "new": Form()} | ({end: form} if form else {})
    return render_template("account/settings/change.html", change=session[_KEPT], shown=shown)
