"""The routes of clerks alone, put together: partners, profiles, exchange rates, pulls."""

from flask_smorest import Blueprint
from sqlalchemy import Engine

from services.partner_postback.api.clerks import desk, journeys, profiles, pulls, rates
from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from shared.clock import Clock
from shared.identity import Access


def blueprints(  # noqa: PLR0913 - what the routes are made of, by name
    engine: Engine,
    access: Access,
    directory: Directory,
    clicks: ClickIds,
    clock: Clock,
    *,
    plain_http: bool,
) -> list[Blueprint]:
    """Build the clerks' routes; `plain_http`: pulls may ask servers without TLS."""
    return [
        desk.blueprint(engine, access, directory, clock),
        journeys.blueprint(engine, access, clicks),
        profiles.blueprint(engine, access, directory, clock),
        rates.blueprint(engine, access, clock),
        pulls.blueprint(engine, access, clock, allows_plain_http=plain_http),
    ]


REFUSALS: dict[type[Exception], int] = {
    **desk.REFUSALS,
    **profiles.REFUSALS,
    **rates.REFUSALS,
    **pulls.REFUSALS,
}
