"""The HTTP edge: clerks register, block and open sessions; services ask for a contact."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from flask import current_app, request
from sqlalchemy import Engine

from services.members import handlers, store
from services.members.config import Settings
from services.members.domain import InvalidPhone, Member, read_phone
from services.members.front import front
from services.members.profile import store as settings
from services.members.schemas import (
    ByClerkSchema,
    ContactSchema,
    DecisionListSchema,
    MemberListSchema,
    MemberSchema,
    NewMemberSchema,
    NoteSchema,
    PhoneQuery,
    SessionSchema,
)
from shared.clock import Clock
from shared.identity import Access, Sessions
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    InvalidPhone: 422,
    store.PhoneTaken: 409,
    store.EmailTaken: 409,
    store.UnknownMember: 404,
    store.UnknownInviter: 409,
    handlers.NoEmail: 409,
    handlers.MemberBlocked: 409,
    handlers.NoPhone: 409,
}
blueprint = Blueprint("members", __name__, url_prefix="/members", description="Members.")


@dataclass(frozen=True, slots=True)
class Office:
    """What the views need, made once per process."""

    settings: Settings
    engine: Engine
    access: Access
    sessions: Sessions
    clock: Clock


@blueprint.post("")
@blueprint.arguments(NewMemberSchema)
@blueprint.response(201, MemberSchema)
def register(sent: dict[str, Any]) -> Member:
    """Take a member in; one phone, one member."""
    here = office(for_clerks=True)
    with here.engine.begin() as connection:
        return handlers.register(connection, front().numbers, **sent, now=here.clock())


@blueprint.get("")
@blueprint.arguments(PhoneQuery, location="query")
@blueprint.response(200, MemberListSchema)
def find(sent: dict[str, str]) -> dict[str, Any]:
    """Find the member who registered with a phone."""
    here = office(for_clerks=True)
    with here.engine.connect() as connection:
        found = store.find_by_phone(connection, read_phone(sent["phone"]))
    return {"data": [] if found is None else [found]}


@blueprint.get("/<uuid:member_id>")
@blueprint.response(200, MemberSchema)
def show(member_id: UUID) -> Member:
    """Answer a member, for clerks."""
    here = office(for_clerks=True)
    with here.engine.connect() as connection:
        return store.find(connection, member_id)


@blueprint.get("/<uuid:member_id>/contact")
@blueprint.response(200, ContactSchema)
def contact(member_id: UUID) -> dict[str, Any]:
    """Answer how to reach a member, for services; they use it and keep nothing of it."""
    here = office()
    with here.engine.connect() as connection:
        member = store.find(connection, member_id)
        chosen = settings.settings(connection, member_id)
    # Nobody is to be reached there any more, and whoever wants to need not try again.
    if member.phone is None:
        raise store.UnknownMember(member_id)
    return {
        "member_id": member.member_id,
        "phone": member.phone,
        "email": member.email,
        "language": member.language,
        "status": member.status,
        "is_email_proved": member.standing.email_linked_at is not None,
        "notices": chosen.all_notices(),
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }


@blueprint.post("/<uuid:member_id>/block")
@blueprint.arguments(ByClerkSchema)
@blueprint.response(200, MemberSchema)
def block(sent: dict[str, str], member_id: UUID) -> Member:
    """Block a member: no sign-in, no payout."""
    here = office(for_clerks=True)
    with here.engine.begin() as connection:
        return handlers.block(connection, member_id, **sent, now=here.clock())


@blueprint.post("/<uuid:member_id>/unblock")
@blueprint.arguments(ByClerkSchema)
@blueprint.response(200, MemberSchema)
def unblock(sent: dict[str, str], member_id: UUID) -> Member:
    """Let a blocked member back in."""
    here = office(for_clerks=True)
    with here.engine.begin() as connection:
        return handlers.unblock(connection, member_id, **sent, now=here.clock())


@blueprint.get("/<uuid:member_id>/decisions")
@blueprint.response(200, DecisionListSchema)
def decisions(member_id: UUID) -> dict[str, Any]:
    """List who blocked and unblocked a member, and why."""
    here = office(for_clerks=True)
    with here.engine.connect() as connection:
        store.find(connection, member_id)
        return {"data": store.decisions(connection, member_id)}


@blueprint.patch("/<uuid:member_id>")
@blueprint.arguments(NoteSchema)
@blueprint.response(200, MemberSchema)
def note(sent: dict[str, bool], member_id: UUID) -> Member:
    """Note that a member linked his e-mail, filled his profile, or is the operator's subscriber."""
    here = office(for_clerks=True)
    with here.engine.begin() as connection:
        return handlers.note(connection, member_id, sent, here.clock())


@blueprint.post("/<uuid:member_id>/sessions")
@blueprint.response(201, SessionSchema)
def open_session(member_id: UUID) -> dict[str, Any]:
    """Open a session for a member, as a clerk helping somebody on the phone does."""
    here = office(for_clerks=True)
    lasts = timedelta(days=here.settings.session_days)
    with here.engine.begin() as connection:
        session = handlers.open_session(connection, member_id, here.sessions, lasts, here.clock())
    url = f"{here.settings.account_url.rstrip('/')}/enter/link/{session.sign_in_token}"
    return asdict(session) | {"sign_in_url": url}


def office(*, for_clerks: bool = False) -> Office:
    """Answer what the app was built with to a caller who may ask; raises NotAllowed."""
    here = cast("Office", current_app.extensions["members"])
    if for_clerks:
        here.access.require_operator(request)
    else:
        here.access.require_service(request)
    return here
