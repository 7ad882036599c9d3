"""All routes of partner access, put together."""

from flask_smorest import Blueprint
from sqlalchemy import Engine

from services.partner_postback.api.access import (
    conversions,
    dry_run,
    match,
    own_secrets,
    reader,
    receipts,
    webhooks,
)
from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.intake import Intake
from services.partner_postback.api.writer import Record


def blueprints(
    engine: Engine, who: Reader, intake: Intake, record: Record, *, to_private: bool
) -> list[Blueprint]:
    """Build the routes; `to_private`: webhooks may lead to addresses that are not public."""
    return [
        receipts.blueprint(engine, who),
        conversions.blueprint(engine, who),
        own_secrets.blueprint(engine, who),
        dry_run.blueprint(engine, intake, record),
        match.blueprint(engine, who),
        webhooks.blueprint(engine, who, to_private=to_private),
    ]


REFUSALS: dict[type[Exception], int] = {
    **reader.REFUSALS,
    **receipts.REFUSALS,
    **conversions.REFUSALS,
    **webhooks.REFUSALS,
    **match.REFUSALS,
}
