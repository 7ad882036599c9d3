"""Goals and payouts: the member's own under /me; goals of anybody under /members, for a clerk."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Connection, Engine

from services.payout import goals
from services.payout.api import next_payout
from services.payout.api.schemas import (
    GoalsSchema,
    MyPayoutPageQuery,
    MyPayoutPageSchema,
    NextPayoutSchema,
)
from services.payout.domain import Goal, TopUpLimits
from services.payout.goals import UnknownMember
from services.payout.store import goals as table
from services.payout.store import heard, payouts
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need, made once per process."""

    engine: Engine
    access: Access
    limits: TopUpLimits
    clock: Clock


def blueprint(engine: Engine, access: Access, limits: TopUpLimits, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("members", __name__, description="Goals and payouts of a member.")
    desk = Desk(engine, access, limits, clock)
    _my_own(routes, desk)
    _for_clerks(routes, desk)

    @routes.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _my_own(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/me/goals")
    @routes.response(200, GoalsSchema)
    def my_goals() -> object:
        """Show my goals in my order."""
        return _show_goals(desk, signed_in(desk.engine, desk.access))

    @routes.put("/me/goals")
    @routes.arguments(GoalsSchema)
    @routes.response(200, GoalsSchema)
    def set_my_goals(sent: dict[str, Any]) -> object:
        """Put these goals, in this order, in place of mine."""
        return _set_goals(desk, signed_in(desk.engine, desk.access), sent)

    @routes.get("/me/next-payout")
    @routes.response(200, NextPayoutSchema)
    def my_next_payout() -> object:
        """Show what the next run would do for each of my goals, and what stays for a later one."""
        return _next_payout(desk, signed_in(desk.engine, desk.access))

    @routes.get("/me/payouts")
    @routes.arguments(MyPayoutPageQuery, location="query")
    @routes.response(200, MyPayoutPageSchema)
    def my_payouts(asked: dict[str, Any]) -> object:
        """List my payouts, the newest first."""
        member_id, limit = desk.access.subject(request), asked["limit"]
        with desk.engine.connect() as connection:
            found = payouts.of_member(connection, member_id, limit + 1, asked["after"])
        page = found[:limit]
        return {"data": page, "next": page[-1].payout_id if len(found) > limit else None}


def _for_clerks(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/members/<uuid:member_id>/goals")
    @routes.response(200, GoalsSchema)
    def show_goals(member_id: UUID) -> object:
        """Show a member's goals in his order."""
        desk.access.require_operator(request)
        return _show_goals(desk, member_id)

    @routes.put("/members/<uuid:member_id>/goals")
    @routes.arguments(GoalsSchema)
    @routes.response(200, GoalsSchema)
    def set_goals(sent: dict[str, Any], member_id: UUID) -> object:
        """Put these goals in place of a member's."""
        desk.access.require_operator(request)
        return _set_goals(desk, member_id, sent)

    @routes.get("/members/<uuid:member_id>/next-payout")
    @routes.response(200, NextPayoutSchema)
    def show_next_payout(member_id: UUID) -> object:
        """Show what the next run would do for a member."""
        desk.access.require_operator(request)
        return _next_payout(desk, member_id)


def signed_in(engine: Engine, access: Access) -> UUID:
    """Answer the member who asks, known here from now on; raises NotSignedIn."""
    member_id = access.subject(request)
    # His session proves him; the event that he registered may still be on its way to us.
    with engine.begin() as connection:
        table.know_member(connection, member_id)
        heard.give_first_goals(connection, [member_id])
    return member_id


def _show_goals(desk: Desk, member_id: UUID) -> object:
    with desk.engine.connect() as connection:
        return _told(desk, connection, _goals_of(connection, member_id))


def _set_goals(desk: Desk, member_id: UUID, sent: dict[str, Any]) -> object:
    smallest = desk.limits.smallest
    with desk.engine.begin() as connection:
        now = desk.clock()
        wishes = sent["goals"]
        kept = goals.set_goals(connection, member_id, wishes, now, smallest_top_up=smallest)
        return _told(desk, connection, kept)


def _told(desk: Desk, connection: Connection, found: list[Goal]) -> object:
    month = next_payout.next_month(connection, desk.clock())
    return {"goals": found, "closes_at": month.begins_at()}


def _next_payout(desk: Desk, member_id: UUID) -> object:
    with desk.engine.connect() as connection:
        _goals_of(connection, member_id)
        found = next_payout.forecast(connection, member_id, desk.limits, desk.clock())
        return next_payout.answer(found)


def _goals_of(connection: Connection, member_id: UUID) -> list[Goal]:
    found = table.goals_of(connection, member_id)
    if not found:
        raise UnknownMember(member_id)
    return found
