"""Goals and certificates: the member's own under /me, anybody's under /members for a clerk."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.payout import goals
from services.payout.api.schemas import CertificateListSchema, CodeSchema, GoalsSchema
from services.payout.certificates.codes import CodeBook
from services.payout.goals import UnknownMember
from services.payout.store import certificates, heard
from services.payout.store import goals as table
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, book: CodeBook, clock: Clock) -> Blueprint:
    """Build the routes."""
    desk = Blueprint("members", __name__, description="Goals and certificates of a member.")
    _my_own(desk, engine, access, clock)
    _for_clerks(desk, engine, access, clock)

    @desk.get("/certificates/<uuid:certificate_id>/code")
    @desk.response(200, CodeSchema)
    def show_code(certificate_id: UUID) -> object:
        """Open a certificate's code for the service that sends it to its owner."""
        access.require_service(request)
        with engine.connect() as connection:
            issued = certificates.find(connection, certificate_id)
        return asdict(issued) | {"code": book.open(certificate_id, issued.code_sealed)}

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
        return _show_goals(engine, _me(engine, access))

    @desk.put("/me/goals")
    @desk.arguments(GoalsSchema)
    @desk.response(200, GoalsSchema)
    def set_my_goals(sent: dict[str, Any]) -> object:
        """Put these goals, in this order, in place of mine."""
        return _set_goals(engine, _me(engine, access), sent, clock)

    @desk.get("/me/certificates")
    @desk.response(200, CertificateListSchema)
    def my_certificates() -> object:
        """List my certificates, oldest first."""
        return _list_certificates(engine, access.subject(request))


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

    @desk.get("/members/<uuid:member_id>/certificates")
    @desk.response(200, CertificateListSchema)
    def list_certificates(member_id: UUID) -> object:
        """List a member's certificates, oldest first."""
        access.require_operator(request)
        return _list_certificates(engine, member_id)


def _me(engine: Engine, access: Access) -> UUID:
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


def _list_certificates(engine: Engine, member_id: UUID) -> object:
    with engine.connect() as connection:
        return {"data": certificates.of_member(connection, member_id)}
