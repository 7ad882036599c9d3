"""All routes of claims, put together, and what they refuse with which status."""

from sqlalchemy import Engine

from services.bonus_status.api.claims import clerks, members, watching
from services.bonus_status.api.claims.showing import NoFile
from services.bonus_status.api.claims.watching import UnknownReminder
from services.bonus_status.claims import domain, files, opening
from services.bonus_status.handlers import claims as handlers
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprints(engine: Engine, access: Access, clock: Clock) -> list[Blueprint]:
    """Build the routes."""
    return [
        members.blueprint(engine, access, clock),
        clerks.blueprint(engine, access, clock),
        watching.blueprint(engine, access),
    ]


REFUSALS: dict[type[Exception], int] = {
    handlers.UnknownClaim: 404,
    NoFile: 404,
    opening.TooEarly: 409,
    opening.HasBonus: 409,
    handlers.ClaimedBefore: 409,
    handlers.TooManyClaims: 409,
    handlers.AcceptedForAnother: 409,
    handlers.OrderDecided: 409,
    domain.CannotMove: 409,
    domain.ChangedMeanwhile: 409,
    domain.PartnerDenied: 409,
    files.TooLarge: 413,
    handlers.UnknownStore: 422,
    opening.NoClick: 422,
    opening.NotYetOrdered: 422,
    files.WrongName: 422,
    files.WrongContent: 422,
    files.CutShort: 422,
    UnknownReminder: 422,
}
