"""A relative's number as a goal: named, asked by SMS, agreed to by the code that he tells."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, said, tell
from services.account.services import Refused
from services.account.telling import wishes
from services.account.visitor import desk, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked

pages = Blueprint("relatives", __name__)
_LIST = "me/relatives"
_REFUSALS: Sentences = {
    "own_number": (
        "phone",
        marked("This is your own number: it is a goal without asking anybody."),
    ),
    "relative_known": ("phone", marked("You have named this number already.")),
    "not_a_subscriber": (
        "phone",
        marked("This number is not our operator's: only its own numbers can be topped up."),
    ),
    "operator_silent": (
        "",
        marked("We could not check the number just now. Try again in a minute."),
    ),
    "too_many_relatives": ("", marked("Five relatives at most. Take one off your list first.")),
    "too_many_questions": ("", marked("Enough SMS were sent for today. Try again tomorrow.")),
    "asked_just_now": ("", marked("The SMS is on its way. Another one can be sent in a minute.")),
    "wrong_code": ("code", marked("This is not the code in the SMS. Look at it once more.")),
    "code_over": ("code", marked("This code counts no longer. Send another one.")),
    "not_asked": ("", marked("There is nothing to confirm any more.")),
    "unknown_relative": ("", marked("This number is not on your list any more.")),
    "invalid_fields": ("code", marked("The code has six digits.")),
}
_WRONG_NAME = marked("Give a short name, such as Mum, and the number.")


@pages.get("/me/goals/relatives")
def begin() -> str:
    """Ask for a relative's number."""
    return render_template("account/goals/name_relative.html", form=Form())


@pages.post("/me/goals/relatives")
def name() -> Response | tuple[str, int]:
    """Name a relative: he is asked by SMS."""
    form = sent_form()
    named = {"label": form["label"], "phone": form["phone"]}
    try:
        relative = _members("POST", _LIST, json=named)
    except Refused as refusal:
        sentences = {**_REFUSALS, "invalid_fields": ("", _WRONG_NAME)}
        form = tell(form, refusal, sentences)
        page = render_template("account/goals/name_relative.html", form=form)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return _to(relative["relative_id"])


@pages.get("/me/goals/relatives/<uuid:relative_id>")
def show(relative_id: UUID) -> str:
    """Ask for the code that the relative got."""
    return _page(relative_id, Form())


@pages.post("/me/goals/relatives/<uuid:relative_id>")
def agree(relative_id: UUID) -> Response | tuple[str, int]:
    """Take the code; the number becomes a goal at once."""
    form = sent_form("code")
    code = "".join(form["code"].split())
    try:
        _members("POST", f"{_LIST}/{relative_id}/consent", json={"code": code})
    except Refused as refusal:
        form = tell(form, refusal, _REFUSALS)
        return _page(relative_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if _becomes_goal(str(relative_id)):
        flash(gettext("Thank you both. The number is on your list of goals."))
        return redirect(url_for("goals.show"), HTTPStatus.SEE_OTHER)
    flash(gettext("Thank you both. In a minute the number can be added to your goals."))
    return redirect(url_for("goals.choose"), HTTPStatus.SEE_OTHER)


@pages.post("/me/goals/relatives/<uuid:relative_id>/again")
def ask_again(relative_id: UUID) -> Response:
    """Send the relative another code."""
    try:
        _members("POST", f"{_LIST}/{relative_id}/ask-again")
        flash(gettext("Another SMS is on its way."))
    except Refused as refusal:
        flash(said(refusal, _REFUSALS), "error")
    return _to(relative_id)


@pages.post("/me/goals/relatives/<uuid:relative_id>/remove")
def remove(relative_id: UUID) -> Response:
    """Forget a relative's number."""
    try:
        _members("DELETE", f"{_LIST}/{relative_id}")
    except Refused as refusal:
        if refusal.code != "unknown_relative":  # another tab was faster
            raise
    flash(gettext("The number is forgotten."))
    return redirect(url_for("goals.choose"), HTTPStatus.SEE_OTHER)


def _becomes_goal(relative_id: str) -> bool:
    ask, token = desk().services.payout, visitor().token
    goals = ask.get("me/goals", token)["goals"]
    wanted = wishes.new("top_up", relative_id=relative_id)
    if wishes.has(goals, wanted):
        return True
    try:
        ask.ask("PUT", "me/goals", token, json=wishes.sent([*goals, wanted]))
    except Refused:
        # The event of his consent may still be on its way to payout.
        return False
    return True


def _page(relative_id: UUID, form: Form) -> str:
    listed = _members("GET", _LIST)["data"]
    relative = next((one for one in listed if one["relative_id"] == str(relative_id)), None)
    if relative is None:
        abort(HTTPStatus.NOT_FOUND)
    is_over = datetime.fromisoformat(relative["ends_at"]) <= desk().clock()
    return render_template(
        "account/goals/relative.html", relative=relative, form=form, is_over=is_over
    )


def _members(method: str, path: str, **options: Any) -> Any:
    return desk().services.members.ask(method, path, visitor().token, **options)


def _to(relative_id: object) -> Response:
    return redirect(url_for("relatives.show", relative_id=relative_id), HTTPStatus.SEE_OTHER)
