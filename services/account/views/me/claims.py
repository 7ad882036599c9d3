"""My cashback did not come: claims, opened with what the member knows of the order, and a file."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from services.account.refusals import said
from services.account.services import Refused
from services.account.telling import claims as words
from services.account.telling.claims import File
from services.account.visitor import desk, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext

pages = Blueprint("claims", __name__)
_PAGE = 20
_FORM_BYTES = 64 * 1024


@pages.url_value_preprocessor
def let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let a form with a file in before the check of its CSRF token reads it."""
    del endpoint, values
    if request.mimetype == "multipart/form-data":
        request.max_content_length = words.LARGEST_BYTES + _FORM_BYTES


@pages.get("/me/claims")
def show() -> str:
    """List the claims, the newest first."""
    after = request.args.get("after", "")
    try:
        found = _ask(
            "GET", "me/claims", params={"limit": _PAGE, **({"after": after} if after else {})}
        )
    except Refused:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("account/claims/list.html", found=found, states=words.STATES)


@pages.get("/me/claims/new")
def begin() -> str:
    """Ask for what is known of the order; a store's page brings its name along."""
    return _form_page(Form({"store": request.args.get("store", "")[:100]}))


@pages.post("/me/claims/new")
def open_claim() -> Redirect | tuple[str, int]:
    """Open a claim, and attach its file."""
    file = _sent_file()
    form = Form({**sent_form().values, "file": ""})
    stores = _stores(form)
    filed = words.read(form, stores, desk().clock())
    if file is not None:
        form.refuse(file.faults())
    if form.errors or filed is None:
        return _form_page(form, stores), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        claim = _ask("POST", "me/claims", json=filed)
    except Refused as refusal:
        if refusal.code == "claimed_before":
            flash(gettext("You have claimed this order already: here it is."))
            return _to(refusal.problem["claim_id"])
        known = refusal.problem.get("bonus_id")
        form = words.refused(form, refusal)
        return _form_page(form, stores, known), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Thank you. We will look into it and tell you what the store says."))
    if file is not None:
        _attach(claim["claim_id"], file)
    return _to(claim["claim_id"])


@pages.get("/me/claims/<uuid:claim_id>")
def show_claim(claim_id: UUID) -> str:
    """Show a claim: where it stands, and until when it is answered."""
    return render_template(
        "account/claims/claim.html",
        claim=_or_404(f"me/claims/{claim_id}"),
        states=words.STATES,
        steps=words.STEPS,
        open_states=words.OPEN,
    )


@pages.post("/me/claims/<uuid:claim_id>/file")
def attach(claim_id: UUID) -> Redirect:
    """Attach a file in place of the one before."""
    file = _sent_file()
    if file is None:
        flash(gettext("Choose a file first."), "error")
    elif faults := file.faults():
        flash(faults[0][1], "error")
    elif _attach(claim_id, file):
        flash(gettext("The file is with your claim."))
    return _to(claim_id)


@pages.post("/me/claims/<uuid:claim_id>/withdraw")
def withdraw(claim_id: UUID) -> Redirect:
    """Take a claim back."""
    try:
        _ask("POST", f"me/claims/{claim_id}/withdraw")
        flash(gettext("The claim is withdrawn."))
    except Refused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            abort(HTTPStatus.NOT_FOUND)
        flash(said(refusal, words.REFUSALS), "error")
    return _to(claim_id)


@pages.get("/me/claims/<uuid:claim_id>/file")
def download(claim_id: UUID) -> Response:
    """Hand out the file of a claim, to be saved and never to be opened as a page of ours."""
    try:
        file = desk().services.bonus_status.raw(
            "GET", f"me/claims/{claim_id}/file", visitor().token
        )
    except Refused:
        abort(HTTPStatus.NOT_FOUND)
    answer = Response(file.content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = file.headers.get("Content-Disposition", "attachment")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _attach(claim_id: object, file: File) -> bool:
    try:
        desk().services.bonus_status.raw(
            "PUT",
            f"me/claims/{claim_id}/file",
            visitor().token,
            params={"name": file.name},
            data=file.content,
            headers={"Content-Type": "application/octet-stream"},
        )
    except Refused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            abort(HTTPStatus.NOT_FOUND)
        flash(said(refusal, words.REFUSALS), "error")
        return False
    return True


def _sent_file() -> File | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    return File(words.file_name(sent.filename), sent.read(words.LARGEST_BYTES + 1))


def _stores(form: Form) -> list[Any]:
    wanted = form["store"][:100]
    if not wanted:
        return []
    try:
        found: list[Any] = desk().services.catalog.get("api/stores", q=wanted, sort="name")["data"]
    except Refused:
        return []
    return found


def _form_page(form: Form, stores: list[Any] | None = None, bonus_id: str | None = None) -> str:
    return render_template(
        "account/claims/new.html",
        form=form,
        stores=stores or [],
        bonus_id=bonus_id,
        currencies=words.CURRENCIES,
    )


def _or_404(path: str) -> Any:
    try:
        return _ask("GET", path)
    except Refused:
        abort(HTTPStatus.NOT_FOUND)


def _ask(method: str, path: str, **options: Any) -> Any:
    return desk().services.bonus_status.ask(method, path, visitor().token, **options)


def _to(claim_id: object) -> Redirect:
    return redirect(url_for("claims.show_claim", claim_id=claim_id), HTTPStatus.SEE_OTHER)
