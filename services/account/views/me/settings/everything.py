"""All settings at a glance: what is set, and where each is changed."""

from flask import Blueprint, render_template

from services.account.telling.sums import masked
from services.account.views.me.settings.mine import ask
from services.account.views.me.settings.person import LANGUAGES

pages = Blueprint("settings", __name__)


@pages.get("/me/settings")
def show() -> str:
    """List what is set."""
    profile, chosen = ask("GET", "profile"), ask("GET", "settings")
    return render_template(
        "account/settings/list.html",
        profile=profile,
        chosen=chosen,
        who=profile["name"] or masked(profile["phone"]),
        devices=len(ask("GET", "devices")["data"]),
        languages_by_code=LANGUAGES,
    )
