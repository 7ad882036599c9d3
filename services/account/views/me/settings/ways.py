"""Which news reach a member how, and when he is not to be woken."""

import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.me.settings.mine import ask, done
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext, marked

pages = Blueprint("settings_notices", __name__)
_HERE = "/me/settings/notices"
KINDS = {
    "bonuses": (marked("Bonuses"), marked("A bonus is pending, confirmed or refused.")),
    "payouts": (marked("Payouts"), marked("Your phone was topped up.")),
    "certificates": (marked("Certificates"), marked("A certificate is ready, or was used.")),
    "claims": (marked("Missing cashback"), marked("The store has answered your claim.")),
}
CHANNELS = {"sms": marked("SMS"), "email": marked("E-mail"), "site": marked("On this site")}
_ENDS = ("quiet_from", "quiet_until")
_BOTH = marked("Give both times, such as 22:00 and 09:00, or none.")
_SENTENCES: Sentences = {"invalid_fields": ("quiet_from", _BOTH)}
# Browsers without a field for times send what was typed: 9:00 is meant well.
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(:00)?")


@pages.get(_HERE)
def show() -> str:
    """Show what is chosen."""
    chosen = ask("GET", "settings")
    ticked = {
        f"{kind}_{channel}": "yes"
        for kind, channels in chosen["notices"].items()
        for channel, is_on in channels.items()
        if is_on
    }
    return _page(Form({"shown": "", **ticked, **{end: chosen[end] or "" for end in _ENDS}}))


@pages.post(_HERE)
def change() -> Response | tuple[str, int]:
    """Keep what was ticked, and the quiet hours."""
    form = sent_form()
    quiet = {end: _time(form[end]) for end in _ENDS}
    wanted: dict[str, Any] = {
        "notices": {
            kind: {channel: form[f"{kind}_{channel}"] == "yes" for channel in CHANNELS}
            for kind in KINDS
        },
        **quiet,
    }
    try:
        ask("PATCH", "settings", json=wanted)
    except Refused as refusal:
        return _page(tell(form, refusal, _SENTENCES)), HTTPStatus.UNPROCESSABLE_ENTITY
    return done(gettext("Saved. What guards your account still comes by SMS."))


def _time(typed: str) -> str | None:
    found = _TIME.fullmatch(typed)
    # What is no time is sent on as it is, and refused.
    return f"{int(found[1]):02}:{found[2]}" if found else typed[:20] or None


def _page(form: Form) -> str:
    has_email = ask("GET", "profile")["email"] is not None
    return render_template(
        "account/settings/notices.html",
        form=form,
        kinds=KINDS,
        channels=CHANNELS,
        has_email=has_email,
    )
