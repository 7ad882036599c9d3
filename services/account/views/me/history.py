"""The history of a member's bonuses, each with its reason and proof, and statements of months."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from services.account.services import Refused
from services.account.telling.bonuses import STATUSES
from services.account.telling.periods import months_until, read_period
from services.account.visitor import desk, visitor
from shared.months import Month, NotAMonth, read_month
from shared.pages.form import Form
from shared.pages.words import language

pages = Blueprint("history", __name__)
_PAGE = 20
_LINES_SHOWN = 100
_FILTERS = ("status", "from", "to")
_WRITTEN = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@pages.get("/me/history")
def show() -> tuple[str, int]:
    """List the bonuses of a period and a status, page by page."""
    form = Form({name: request.args.get(name, "") for name in _FILTERS})
    if form["status"] not in {"", *STATUSES}:
        abort(HTTPStatus.NOT_FOUND)
    period = read_period(form)
    query = {"status": form["status"], "after": request.args.get("after", ""), **period.query()}
    found: Mapping[str, Any] = {"data": [], "next": None}
    if not form.errors:
        found = _page(query)
    shown = render_template(
        "account/history/list.html",
        form=form,
        found=found,
        statuses=STATUSES,
        chosen={name: form[name] for name in _FILTERS if form[name]},
        months=months_until(desk().clock()),
    )
    return shown, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@pages.get("/me/bonuses/<uuid:bonus_id>")
def show_bonus(bonus_id: UUID) -> str:
    """Show one bonus: what it is of, why it has its amount, and what became of it."""
    bonus = _or_404(f"me/bonuses/{bonus_id}").json()
    return render_template("account/history/bonus.html", bonus=bonus)


@pages.get("/me/bonuses/<uuid:bonus_id>/proof")
def download_proof(bonus_id: UUID) -> Response:
    """Hand out the signed proof of a bonus, byte for byte as it was signed."""
    proof = _or_404(f"me/bonuses/{bonus_id}/proof")
    return _file(proof.content, "application/json", f"proof-{bonus_id}.json")


@pages.get("/me/history/<month>")
def show_statement(month: str) -> str:
    """Show the statement of a month."""
    read = _month(month)
    statement = _or_404(f"me/statements/{read}", language=language()).json()
    lines = statement["lines"]
    left_out = statement["lines_left_out"] + max(0, len(lines) - _LINES_SHOWN)
    return render_template(
        "account/history/statement.html",
        statement=statement,
        lines=lines[:_LINES_SHOWN],
        left_out=left_out,
    )


@pages.get("/me/history/<month>.<any(pdf, csv):how>")
def download_statement(month: str, how: str) -> Response:
    """Hand out the statement of a month to print, or for a spreadsheet."""
    read = _month(month)
    statement = _or_404(f"me/statements/{read}", format=how, language=language())
    return _file(statement.content, _WRITTEN[how], f"bonuses-{read}.{how}")


def _page(query: Mapping[str, str]) -> Mapping[str, Any]:
    ask, token = desk().services.bonus_status, visitor().token
    try:
        found: Mapping[str, Any] = ask.get("me/bonuses", token, limit=_PAGE, **query)
    except Refused as refusal:
        # A place or a period that no page of ours leads to: the first page is a better answer.
        if refusal.code == "unknown_place" or query["after"]:
            kept: dict[str, Any] = {
                name: request.args[name] for name in _FILTERS if request.args.get(name)
            }
            abort(redirect(url_for("history.show", **kept), HTTPStatus.SEE_OTHER))
        raise
    return found


def _or_404(path: str, **query: str) -> Any:
    try:
        return desk().services.bonus_status.raw("GET", path, visitor().token, params=query)
    except Refused:
        abort(HTTPStatus.NOT_FOUND)


def _month(text: str) -> Month:
    try:
        return read_month(text)
    except NotAMonth:
        abort(HTTPStatus.NOT_FOUND)


def _file(content: bytes, media_type: str, name: str) -> Response:
    saved = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=saved)
