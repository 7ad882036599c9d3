"""The pages: each module answers one part of the clerks' work, and registers its own routes."""

from flask import Flask

from services.console.roles import PAGES
from services.console.views import (
    cases,
    claims,
    finding,
    own,
    partners,
    queues,
    reports,
    runs,
    stores,
    watching,
)
from shared.pages.words import gettext, marked

# The menu: where an entry leads, its words, and the pages on which it is the present one.
MENU = (
    ("find", marked("Find"), {"find", "member", "receipt", "payout", "certificate", "purchase"}),
    ("held", marked("Held"), {"held"}),
    ("parked", marked("Parked"), {"parked"}),
    ("claims", marked("Claims"), {"claims", "claim"}),
    ("corrections", marked("Corrections"), {"corrections"}),
    ("runs", marked("Payout"), {"runs", "run", "payouts_held"}),
    ("cases", marked("Cases"), {"cases", "case"}),
    ("partners", marked("Partners"), {"partners", "partner", "partner_try"}),
    ("stores", marked("Stores"), {"stores", "store"}),
    ("reports", marked("Reports"), {"reports"}),
    ("health", marked("Health"), {"health"}),
    ("acts", marked("Log"), {"acts"}),
    ("clerks", marked("Clerks"), {"clerks"}),
)
_PARTS = (
    own,
    finding,
    queues,
    claims,
    runs,
    cases,
    partners,
    stores,
    reports,
    watching,
)


def _menu() -> list[tuple[str, str, set[str]]]:
    assert {endpoint for endpoint, _, _ in MENU} <= PAGES.keys()
    return [(endpoint, gettext(words), parts) for endpoint, words, parts in MENU]


def register(app: Flask) -> None:
    """Put all pages on the app."""
    for part in _PARTS:
        part.register(app)
    app.jinja_env.globals["menu"] = _menu
