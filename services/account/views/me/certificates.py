"""Certificates for a smartphone: ordered, listed, their codes shown once, to keep or to give."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import segno
from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.account import asking
from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.telling import wishes
from services.account.visitor import desk, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import marked

pages = Blueprint("certificates", __name__)
_STATUSES = {
    "issued": ("good", marked("Ready to use")),
    "redeemed": ("", marked("Used")),
    "replaced": ("", marked("Replaced by a new one")),
    "void": ("bad", marked("Void: its points are yours again")),
}
_DONE = {"completed", "settled"}
_FAILED = {"declined", "released", "reversed", "returned", "refused", "cancelled"}
_REFUSALS: Sentences = {
    "wrong_denomination": ("sum", marked("There is no certificate of this sum. Choose another.")),
    "not_enough": ("sum", marked("You have fewer points than that. Choose a smaller one.")),
    "debt": ("", marked("Your next points repay what you owe; after that you can order.")),
    "member_not_active": ("", marked("Your account is blocked. Please call the operator.")),
    "key_reused": ("", marked("This order was sent already. Load the page again for a new one.")),
    "unknown_member": ("", marked("Your account is still being set up. Try again in a minute.")),
    "already_revealed": (
        "",
        marked(
            "The code was shown before, and is shown once only. It stands in the SMS too; if that"
            " is lost, call us and you get a new code."
        ),
    ),
    "certificate_not_open": ("", marked("This certificate cannot be used any more.")),
    "mistyped_code": (
        "code",
        marked(
            "There is a slip in it: a code has 16 letters and digits, such as 7KQ4-M2XW-9HBD-R5TE."
        ),
    ),
    "unknown_code": ("code", marked("There is no certificate with this code.")),
    "too_many_wrong_codes": ("code", marked("Too many wrong codes. Try again in 15 minutes.")),
    "invalid_fields": ("", marked("Type the code as it stands on the certificate.")),
}


@pages.get("/me/certificates")
def show() -> str:
    """List the certificates, the newest first, with what can be ordered."""
    return _page(Form({"key": str(uuid4())}))


@pages.post("/me/certificates")
def order() -> Response | tuple[str, int]:
    """Order a certificate; the form's own key makes a second click the same order."""
    form = sent_form()
    sent = {"denomination": wishes.whole(form["sum"]) or 0}
    try:
        key = {"Idempotency-Key": str(UUID(form["key"]))}
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        ordered = _payout("POST", "me/certificates", json=sent, headers=key)
    except Refused as refusal:
        sentences = {**_REFUSALS, "invalid_fields": _REFUSALS["wrong_denomination"]}
        return _page(tell(form, refusal, sentences)), HTTPStatus.UNPROCESSABLE_ENTITY
    to = url_for("certificates.show_order", payout_id=ordered["payout_id"])
    return redirect(to, HTTPStatus.SEE_OTHER)


@pages.get("/me/certificates/orders/<uuid:payout_id>")
def show_order(payout_id: UUID) -> str:
    """Show how an order stands: it takes some seconds until it is a certificate."""
    ordered = _or_404(f"me/certificates/orders/{payout_id}")
    state = ordered["state"]
    is_done = state in _DONE and ordered["certificate_id"] is not None
    return render_template(
        "account/certificates/order.html",
        order=ordered,
        is_done=is_done,
        has_failed=state in _FAILED,
    )


@pages.get("/me/certificates/<uuid:certificate_id>/code")
def warn(certificate_id: UUID) -> str:
    """Warn that the code is shown once, before it is."""
    return render_template(
        "account/certificates/warning.html", certificate=_certificate(certificate_id), form=Form()
    )


@pages.post("/me/certificates/<uuid:certificate_id>/code")
def reveal(certificate_id: UUID) -> str | tuple[str, int]:
    """Show the code, this once: as the answer itself, because no later page could show it."""
    try:
        shown = _payout("POST", f"me/certificates/{certificate_id}/reveal")
    except Refused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            abort(HTTPStatus.NOT_FOUND)
        form = tell(Form(), refusal, _REFUSALS)
        certificate = _certificate(certificate_id)
        page = render_template(
            "account/certificates/warning.html", certificate=certificate, form=form
        )
        return page, HTTPStatus.CONFLICT
    return render_template("account/certificates/code.html", shown=shown, qr=_qr(shown["code"]))


@pages.get("/me/certificates/check")
def ask_worth() -> str:
    """Ask for a code somebody was given."""
    return render_template("account/certificates/check.html", form=Form(), worth=None)


@pages.post("/me/certificates/check")
def tell_worth() -> Response | tuple[str, int]:
    """Tell what a code is worth, before the way to a salon."""
    form = sent_form("code")
    try:
        worth = _payout("POST", "me/certificates/check", json={"code": form["code"]})
    except Refused as refusal:
        form = tell(form, refusal, _REFUSALS)
        page = render_template("account/certificates/check.html", form=form, worth=None)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        "account/certificates/check.html", form=Form(), worth=worth, statuses=_STATUSES
    )
    return page, HTTPStatus.OK


def _page(form: Form) -> str:
    ask, token = desk().services, visitor().token
    mine, choices = ask.together(
        partial(ask.payout.get, "me/certificates", token), asking.denominations_of(token)
    )
    fit = [one for one in choices["data"] if one <= choices["spendable"]]
    return render_template(
        "account/certificates/list.html",
        form=form,
        certificates=mine["data"][::-1],
        statuses=_STATUSES,
        fit=fit[::-1],
        smallest=min(choices["data"], default=0),
        spendable=choices["spendable"],
    )


def _certificate(certificate_id: UUID) -> Any:
    mine = _payout("GET", "me/certificates")["data"]
    found = next((one for one in mine if one["certificate_id"] == str(certificate_id)), None)
    return found or abort(HTTPStatus.NOT_FOUND)


def _or_404(path: str) -> Any:
    try:
        return _payout("GET", path)
    except Refused:
        abort(HTTPStatus.NOT_FOUND)


def _payout(method: str, path: str, **options: Any) -> Any:
    return desk().services.payout.ask(method, path, visitor().token, **options)


def _qr(code: str) -> str:
    # The level that salons' scanners read best; always dark on white, on a dark page too.
    drawn: str = segno.make(code, error="q", boost_error=False, micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return drawn
