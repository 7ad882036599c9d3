"""Name and language: how a member is called, on pages and in letters."""

from http import HTTPStatus

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.views.me.settings.mine import ask, done
from services.account.visitor import desk
from shared.pages.form import Form, sent_form
from shared.pages.site import remember_language
from shared.pages.words import gettext, marked

pages = Blueprint("settings_person", __name__)
# Each in its own words: who does not read this page's language finds his.
LANGUAGES = {"ru": "Русский", "en": "English", "uk": "Українська", "sv": "Svenska"}
_TOO_LONG = marked("A name has at most 100 characters.")
_SENTENCES: Sentences = {
    "harmful_name": ("name", marked("Leave out characters that cannot be seen.")),
    "name_too_long": ("name", _TOO_LONG),
    "invalid_fields": ("name", _TOO_LONG),
}


@pages.get("/me/settings/name")
def show() -> str:
    """Show the name and the language."""
    chosen = ask("GET", "settings")
    return _page(Form({"name": chosen["name"] or "", "language": chosen["language"]}))


@pages.post("/me/settings/name")
def change() -> Response | tuple[str, int]:
    """Keep both; the pages speak the language from now on too."""
    form = sent_form()
    wanted = {"name": form["name"] or None, "language": form["language"]}
    try:
        chosen = ask("PATCH", "settings", json=wanted)
    except Refused as refusal:
        return _page(tell(form, refusal, _SENTENCES)), HTTPStatus.UNPROCESSABLE_ENTITY
    g.language = chosen["language"]
    response = done(gettext("Your name and language are saved."))
    remember_language(response, chosen["language"], is_secure=desk().settings.is_secure)
    return response


def _page(form: Form) -> str:
    return render_template("account/settings/name.html", form=form, options=LANGUAGES.items())
