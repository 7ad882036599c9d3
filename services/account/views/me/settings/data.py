"""A member's data: taken along as one file, or erased for good."""

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, send_file, session
from werkzeug.wrappers import Response as Redirect

from services.account.refusals import Sentences, said, tell
from services.account.services import Refused, every
from services.account.telling.data_file import data_file
from services.account.telling.sums import masked
from services.account.views.me.settings.mine import ask
from services.account.visitor import desk, leave, visitor
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked

pages = Blueprint("settings_data", __name__)
_KEPT = "erasure"
_CODE_PAGE = "/me/settings/erase/code"
_SENTENCES: Sentences = {"invalid_fields": ("code", marked("The code has six digits."))}


@pages.get("/me/settings/data")
def show() -> str:
    """Tell what is held, and what can be done with it."""
    visitor().token  # noqa: B018 - raises NotSignedIn
    return render_template("account/settings/data.html")


@pages.get("/me/settings/data.json")
def download() -> Response:
    """Hand out all that the services hold of the member; codes of certificates stay sealed."""
    ask_services, token, now = desk().services, visitor().token, desk().clock()
    money, payout = ask_services.bonus_status, ask_services.payout
    account, (balance, goals, certificates) = (
        ask("GET", "export"),
        ask_services.together(
            partial(money.get, "me/balance", token),
            partial(payout.get, "me/goals", token),
            partial(payout.get, "me/certificates", token),
        ),
    )
    file = data_file(
        {
            "exported_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "account": account,
            "balance": balance,
            "goals": goals["goals"],
            "certificates": certificates["data"],
            "clicks": every(money, "me/clicks", token),
            "bonuses": every(money, "me/bonuses", token),
            "claims": every(money, "me/claims", token),
            "payouts": every(payout, "me/payouts", token),
            "notices": every(ask_services.notifications, "me/notices", token),
        }
    )
    name = f"cashback-{now:%Y-%m-%d}.json"
    answer = send_file(file, mimetype="application/json", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/me/settings/erase")
def warn() -> str:
    """Tell what is lost and what stays, before anything is done."""
    profile = ask("GET", "profile")
    balance = desk().services.bonus_status.get("me/balance", visitor().token)
    return render_template(
        "account/settings/erase.html", balance=balance, phone=masked(profile["phone"])
    )


@pages.post("/me/settings/erase")
def send_code() -> Redirect:
    """Send the code that an erasure needs."""
    try:
        session[_KEPT] = ask("POST", "erasure")["code"]["again_at"]
    except Refused as refusal:
        if refusal.code == "code_sent_just_now" and _KEPT in session:  # a second click
            return redirect(_CODE_PAGE, HTTPStatus.SEE_OTHER)
        flash(said(refusal, {}), "error")
        return redirect("/me/settings/erase", HTTPStatus.SEE_OTHER)
    return redirect(_CODE_PAGE, HTTPStatus.SEE_OTHER)


@pages.get(_CODE_PAGE)
def show_code() -> Redirect | str:
    """Ask for the code."""
    if _KEPT not in session:
        return redirect("/me/settings/erase", HTTPStatus.SEE_OTHER)
    return _code_page(Form())


@pages.post(_CODE_PAGE)
def erase() -> Redirect | tuple[str, int]:
    """Erase the member, who is a stranger from then on."""
    if _KEPT not in session:
        return redirect("/me/settings/erase", HTTPStatus.SEE_OTHER)
    form = sent_form("code")
    try:
        ask("POST", "erasure/confirm", json={"code": form["code"].replace(" ", "")})
    except Refused as refusal:
        page = _code_page(tell(form, refusal, _SENTENCES))
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    response = leave(redirect("/", HTTPStatus.SEE_OTHER))
    flash(gettext("Your account is erased. Thank you for having been with us."))
    return response


def _code_page(form: Form) -> str:
    return render_template("account/settings/erase_code.html", form=form, again_at=session[_KEPT])
