"""The pages: each module answers one part of the clerks' work, and registers its own routes."""

from flask import Flask

from services.console.views import finding, own
from shared.pages.words import gettext, marked

# The menu: where an entry leads, its words, and the pages on which it is the present one.
MENU = (("find", marked("Find"), {"find", "member", "receipt", "payout", "certificate"}),)


def _menu() -> list[tuple[str, str, set[str]]]:
    return [(endpoint, gettext(words), parts) for endpoint, words, parts in MENU]


def register(app: Flask) -> None:
    """Put all pages on the app."""
    for part in (own, finding):
        part.register(app)
    app.jinja_env.globals["menu"] = _menu
