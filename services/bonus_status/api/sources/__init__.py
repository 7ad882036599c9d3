"""Rules, promo codes, invitations and corrections over HTTP."""

from collections.abc import Sequence

from sqlalchemy import Engine

from services.bonus_status.api.sources import corrections, invitations, promo_codes, rules
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    **rules.REFUSALS,
    **corrections.REFUSALS,
    **promo_codes.REFUSALS,
    **invitations.REFUSALS,
}


def blueprints(engine: Engine, access: Access, clock: Clock) -> Sequence[Blueprint]:
    """Build the routes of all of them."""
    return [
        one.blueprint(engine, access, clock)
        for one in (rules, corrections, promo_codes, invitations)
    ]
