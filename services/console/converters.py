"""What may stand in an address: nothing else reaches a page, or a neighbour's path."""

from flask import Flask
from werkzeug.routing import BaseConverter

from services.console.config import NEIGHBOURS


class Slug(BaseConverter):
    """A readable id such as `home-market`."""

    regex = "[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?"


class Month(BaseConverter):
    """A month such as `2026-12`."""

    regex = "2[01][0-9]{2}-(?:0[1-9]|1[0-2])"


class Service(BaseConverter):
    """One of the services that park messages."""

    regex = "|".join(one for one in NEIGHBOURS if one != "click_tracking")


def register(app: Flask) -> None:
    """Let the app's addresses use them."""
    app.url_map.converters.update(slug=Slug, month=Month, service=Service)
