"""Invited friends: members see theirs, clerks look at what is held."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.bonus_status.api.sources import schemas
from services.bonus_status.domain import Bonus, Source
from services.bonus_status.handlers.invitations import UnknownInvitation, release
from services.bonus_status.sources.rules import gift_id
from services.bonus_status.store import ledger
from services.bonus_status.store.sources import invitations
from services.bonus_status.store.sources.invitations import Invitation
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {UnknownInvitation: 404}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("invitations", __name__, description="Invited friends.")

    @routes.get("/me/invitations")
    @routes.response(200, schemas.InvitationListSchema)
    def mine() -> object:
        """List whom the signed-in member invited, and what each brought."""
        member_id = str(access.subject(request))
        with engine.connect() as connection:
            found = invitations.of_inviter(connection, member_id)
            given = {one.friend_id: gift_id(Source.INVITATION, one.friend_id) for one in found}
            bonuses = ledger.bonuses_by_id(connection, list(given.values()))
        by_id = {bonus.bonus_id: bonus for bonus in bonuses}
        return {"data": [_shown(one, by_id.get(given[one.friend_id])) for one in found]}

    @routes.get("/invitations")
    @routes.response(200, schemas.HeldInvitationListSchema)
    def held() -> object:
        """List the invitations that are held, for clerks: the 100 that wait longest."""
        access.require_operator(request)
        with engine.connect() as connection:
            return {"data": invitations.held(connection)}

    @routes.post("/invitations/<uuid:friend_id>/release")
    @routes.arguments(schemas.ByClerkSchema)
    @routes.response(200, schemas.HeldInvitationSchema)
    def release_one(sent: dict[str, Any], friend_id: UUID) -> object:
        """Release an invitation: it counts from now on; harmless to repeat."""
        access.require_operator(request)
        with engine.begin() as connection:
            return release(connection, str(friend_id), **sent, now=clock())

    return routes


def _shown(one: Invitation, bonus: Bonus | None) -> dict[str, object]:
    return {
        "friend_id": one.friend_id,
        "joined_at": one.joined_at,
        "is_held": one.is_held,
        "bonus": bonus,
    }
