"""All routes of files, put together."""

from flask_smorest import Blueprint
from sqlalchemy import Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.files import reports, uploads


def blueprints(engine: Engine, reader: Reader) -> list[Blueprint]:
    """Build the routes of files."""
    return [uploads.blueprint(engine, reader), reports.blueprint(engine, reader)]


REFUSALS: dict[type[Exception], int] = {**uploads.REFUSALS, **reports.REFUSALS}
