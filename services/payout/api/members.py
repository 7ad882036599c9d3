"""Goals: the member's own under /me, anybody's under /members for a clerk."""

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.payout import goals
from services.payout.api.schemas import GoalsSchema
from services.payout.goals import UnknownMember
from services.payout.store import goals as table
from services.payout.store import heard
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    desk = Blueprint("members", __name__, description="Goals of a member.")
    _my_own(desk, engine, access, clock)
    _for_clerks(desk, engine, access, clock)

    @desk.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return desk


def _my_own(desk: Blueprint, engine: Engine, access: Access, clock: Clock) -> None:
    @desk.get("/me/goals")
    @desk.response(200, GoalsSchema)
    def my_goals() -> object:
        """Show my goals in my order."""
        return _show_goals(engine, signed_in(engine, access))

    @desk.put("/me/goals")
    @desk.arguments(GoalsSchema)
    @desk.response(200, GoalsSchema)
    def set_my_goals(sent: dict[str, Any]) -> object:
        """Put these goals, in this order, in place of mine."""
        return _set_goals(engine, signed_in(engine, access), sent, clock)


def _for_clerks(desk: Blueprint, engine: Engine, access: Access, clock: Clock) -> None:
    @desk.get("/members/<uuid:member_id>/goals")
    @desk.response(200, GoalsSchema)
    def show_goals(member_id: UUID) -> object:
        """Show a member's goals in his order."""
        access.require_operator(request)
        return _show_goals(engine, member_id)

    @desk.put("/members/<uuid:member_id>/goals")
    @desk.arguments(GoalsSchema)
    @desk.response(200, GoalsSchema)
    def set_goals(sent: dict[str, Any], member_id: UUID) -> object:
        """Put these goals in place of a member's."""
        access.require_operator(request)
        return _set_goals(engine, member_id, sent, clock)


def signed_in(engine: Engine, access: Access) -> UUID:
    """Answer the member who asks, known here from now on; raises NotSignedIn."""
    member_id = access.subject(request)
    # His session proves him; the event that he registered may still be on its way to us.
    with engine.begin() as connection:
        table.know_member(connection, member_id)
        heard.give_first_goals(connection, [member_id])
    return member_id


def _show_goals(engine: Engine, member_id: UUID) -> object:
    with engine.connect() as connection:
        found = table.goals_of(connection, member_id)
    if not found:
        raise UnknownMember(member_id)
    return {"goals": found}


def _set_goals(engine: Engine, member_id: UUID, sent: dict[str, Any], clock: Clock) -> object:
    with engine.begin() as connection:
        return {"goals": goals.set_goals(connection, member_id, sent["goals"], clock())}
