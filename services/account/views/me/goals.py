"""Goals: what the points of a member go to on the 1st, in his order."""

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.account import asking
from services.account.refusals import Sentences, said, tell
from services.account.services import Refused
from services.account.telling import payouts, wishes
from services.account.telling.wishes import Goal
from services.account.visitor import desk, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked

pages = Blueprint("goals", __name__)
_REFUSALS: Sentences = {
    "wrong_goal": ("sum", marked("No payout can be of this sum. Choose another one.")),
    "unknown_goal": ("", marked("This goal is not on your list any more.")),
    "unknown_relative": (
        "",
        marked("The consent is still on its way to us. Try again in a minute."),
    ),
    "no_consent": ("", marked("The owner of this number has not agreed yet.")),
    "invalid_fields": ("", marked("You can have ten goals at most. Remove one first.")),
}
_ONLY_ONE = marked("This is your only goal. Add another one first, or pause this one.")
_WAYS = {"up": -1, "down": 1}


@pages.get("/me/goals")
def show() -> str:
    """List the goals in their order, each with what the next payout does for it."""
    ask, token = desk().services, visitor().token
    coming, own = ask.together(
        partial(ask.payout.get, "me/next-payout", token),
        partial(asking.own_phone, visitor().member_id),
    )
    known = asking.numbers_of(own, coming["goals"])
    shown = [
        (one, payouts.name_of(one, known), payouts.of_goal(one, coming)) for one in coming["goals"]
    ]
    return render_template(
        "account/goals/list.html",
        goals=shown,
        coming=coming,
        first=payouts.on_the_first(coming, known),
    )


@pages.get("/me/goals/new")
def choose() -> str:
    """Show what can become a goal."""
    return _new_page(Form())


@pages.post("/me/goals/new")
def add() -> Response | tuple[str, int]:
    """Add a goal at the end of the list; one that is there already stays as it is."""
    form, goals = sent_form(), _goals()
    target = wishes.whole(form["target"])
    wanted = {
        "own": wishes.new("top_up"),
        "relative": wishes.new("top_up", relative_id=form["relative_id"]),
        "certificate": wishes.new("certificate", target=target),
    }.get(form["what"])
    if wanted is None:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        if not wishes.has(goals, wanted):
            _put([*goals, wanted])
    except Refused as refusal:
        return _new_page(tell(form, refusal, _REFUSALS)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("The goal is on your list."))
    return redirect(url_for("goals.show"), HTTPStatus.SEE_OTHER)


@pages.get("/me/goals/<uuid:goal_id>")
def show_goal(goal_id: UUID) -> str:
    """Show one goal to change it."""
    goals = _goals()
    goal = _one(goals, str(goal_id))
    limit = "" if goal["monthly_limit"] is None else str(goal["monthly_limit"])
    return _goal_page(goal, Form({"sum": limit}), goals)


@pages.post("/me/goals/<uuid:goal_id>")
def change(goal_id: UUID) -> Response | tuple[str, int]:
    """Change the monthly limit of a top-up, or the target of what is saved for."""
    form, goals = sent_form(), _goals()
    goal = _one(goals, str(goal_id))
    wanted = wishes.whole(form["sum"])
    if form["sum"] and not wanted:
        form.refuse([("sum", gettext("Give a sum in whole rubles, such as 500."))])
        return _goal_page(goal, form, goals), HTTPStatus.UNPROCESSABLE_ENTITY
    what = "target" if goal["kind"] == "certificate" else "monthly_limit"
    try:
        _put(wishes.changed(goals, str(goal_id), **{what: wanted}))
    except Refused as refusal:
        form = tell(form, refusal, _REFUSALS)
        return _goal_page(goal, form, goals), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Saved."))
    return redirect(url_for("goals.show"), HTTPStatus.SEE_OTHER)


@pages.post("/me/goals/<uuid:goal_id>/move")
def move(goal_id: UUID) -> Response:
    """Move a goal a place up or down."""
    by = _WAYS.get(request.form.get("way", ""))
    place = wishes.whole(request.form.get("place", ""))
    if by is None or place is None:
        abort(HTTPStatus.BAD_REQUEST)
    return _act(goal_id, lambda goals: wishes.moved(goals, str(goal_id), place, by), "")


@pages.post("/me/goals/<uuid:goal_id>/pause")
def pause(goal_id: UUID) -> Response:
    """Let runs pass a goal over, or serve it again."""
    is_paused = request.form.get("pause") == "yes"
    done = gettext("The goal is paused.") if is_paused else gettext("The goal goes on.")
    return _act(
        goal_id, lambda goals: wishes.changed(goals, str(goal_id), is_paused=is_paused), done
    )


@pages.post("/me/goals/<uuid:goal_id>/remove")
def remove(goal_id: UUID) -> Response:
    """Take a goal off the list; the points stay the member's."""
    done = gettext("The goal is off your list. Your points stay yours.")
    return _act(goal_id, lambda goals: wishes.without(goals, str(goal_id)), done)


def _act(goal_id: UUID, new: Callable[[Sequence[Goal]], list[Goal]], done: str) -> Response:
    goals = _goals()
    try:
        # In another tab it may be gone already: that is no fault of this click.
        if any(goal["goal_id"] == str(goal_id) for goal in goals):
            wanted = new(goals)
            if not wanted:
                flash(gettext(_ONLY_ONE), "error")
                return redirect(url_for("goals.show"), HTTPStatus.SEE_OTHER)
            if wanted != goals:
                _put(wanted)
        if done:
            flash(done)
    except Refused as refusal:
        flash(said(refusal, _REFUSALS), "error")
    return redirect(url_for("goals.show"), HTTPStatus.SEE_OTHER)


def _goals() -> list[Goal]:
    return list(desk().services.payout.get("me/goals", visitor().token)["goals"])


def _put(goals: Sequence[Goal]) -> None:
    desk().services.payout.ask("PUT", "me/goals", visitor().token, json=wishes.sent(goals))


def _one(goals: Sequence[Goal], goal_id: str) -> Goal:
    found = next((goal for goal in goals if goal["goal_id"] == goal_id), None)
    return found or abort(HTTPStatus.NOT_FOUND)


def _goal_page(goal: Goal, form: Form, goals: Sequence[Goal]) -> str:
    own = asking.own_phone(visitor().member_id) if goal["kind"] == "top_up" else ""
    denominations: list[int] = []
    if goal["kind"] == "certificate":
        denominations = asking.denominations()["data"]
    name = payouts.name_of(goal, asking.numbers_of(own, [goal]))
    return render_template(
        "account/goals/goal.html",
        goal=goal,
        name=name,
        form=form,
        denominations=denominations,
        only_one=gettext(_ONLY_ONE) if len(goals) == 1 else "",
    )


def _new_page(form: Form) -> str:
    ask, token = desk().services, visitor().token
    goals, relatives, choices, own = ask.together(
        partial(ask.payout.get, "me/goals", token),
        partial(ask.members.get, "me/relatives", token),
        asking.denominations_of(token),
        partial(asking.own_phone, visitor().member_id),
    )
    served: set[Any] = {goal["relative_id"] for goal in goals["goals"] if goal["kind"] == "top_up"}
    return render_template(
        "account/goals/new.html",
        form=form,
        own=own,
        has_own=None in served,
        relatives=[one for one in relatives["data"] if one["relative_id"] not in served],
        denominations=choices["data"],
        closes_at=goals["closes_at"],
    )
