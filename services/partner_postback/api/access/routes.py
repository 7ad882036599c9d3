"""All routes of partner access, put together."""

from flask_smorest import Blueprint
from sqlalchemy import Engine

from services.partner_postback.api.access import (
    conversions,
    dry_run,
    own_secrets,
    reader,
    receipts,
)
from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.intake import Intake
from services.partner_postback.api.writer import Record


def blueprints(engine: Engine, who: Reader, intake: Intake, record: Record) -> list[Blueprint]:
    """Build the routes of what partners read and set for themselves."""
    return [
        receipts.blueprint(engine, who),
        conversions.blueprint(engine, who),
        own_secrets.blueprint(engine, who),
        dry_run.blueprint(engine, intake, record),
    ]


REFUSALS: dict[type[Exception], int] = {
    **reader.REFUSALS,
    **receipts.REFUSALS,
    **conversions.REFUSALS,
}
