"""Invited friends and what they brought, and promo codes."""

from functools import partial
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.visitor import desk, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked
from shared.pages.written import rubles

pages = Blueprint("friends", __name__)
_REFUSALS: Sentences = {
    "no_such_code": (
        "code",
        marked("This code gives nothing: it is unknown, has ended or is used up."),
    ),
    "too_many_wrong_codes": ("code", marked("Too many wrong codes. Try again in an hour.")),
    "invalid_fields": ("code", marked("Type the code as it was given to you.")),
}
_COUNTS = {"accrued", "written_off"}


@pages.get("/me/friends")
def show() -> str:
    """List the invited friends, and ask for a promo code."""
    return _page(Form())


@pages.post("/me/friends")
def redeem() -> Response | tuple[str, int]:
    """Redeem a promo code; the same code again is the same bonus."""
    form = sent_form()
    ask, token = desk().services.bonus_status, visitor().token
    try:
        given = ask.ask("POST", "me/promo-codes", token, json={"code": form["code"]})
    except Refused as refusal:
        form = tell(form, refusal, _REFUSALS)
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("The code was worth %(sum)s. It is yours.") % {"sum": rubles(given["amount"])})
    to = url_for("history.show_bonus", bonus_id=given["bonus_id"])
    return redirect(to, HTTPStatus.SEE_OTHER)


def _page(form: Form) -> str:
    ask, token = desk().services, visitor().token
    invited, code = ask.together(
        partial(ask.bonus_status.get, "me/invitations", token), partial(_code, token)
    )
    friends = invited["data"]
    brought = sum(
        one["bonus"]["amount"]
        for one in friends
        if one.get("bonus") and one["bonus"]["status"] in _COUNTS
    )
    link = f"{desk().settings.account_url}/join?invitation={code}" if code else ""
    return render_template(
        "account/friends/list.html", form=form, friends=friends, brought=brought, link=link
    )


def _code(token: str) -> str:
    try:
        profile = desk().services.members.get("me/profile", token)
    except Refused:
        return ""
    return str(profile.get("invitation_code") or "")
