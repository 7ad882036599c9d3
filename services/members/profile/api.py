"""The HTTP edge of a member's own page."""

from typing import Any

from flask import Response
from sqlalchemy import Connection

from services.members.domain import Member
from services.members.front import (
    GivenCodeSchema,
    VisitorSchema,
    committed,
    front,
    keep_private,
)
from services.members.joining import invitations
from services.members.mine import mine
from services.members.passwords import rules
from services.members.passwords import store as passwords
from services.members.passwords.guesses import PasswordLocked
from services.members.profile import acts, store
from services.members.profile.acts import WrongOldPassword
from services.members.profile.domain import HarmfulName, NameTooLong, Settings, read_name
from services.members.profile.schemas import (
    ChangedPasswordSchema,
    ErasureSchema,
    ExportSchema,
    NewSettingsSchema,
    ProfileSchema,
    SettingsSchema,
)
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    WrongOldPassword: 422,
    HarmfulName: 422,
    NameTooLong: 422,
}
blueprint = Blueprint("profile", __name__, description="A member's own page.")
blueprint.after_request(keep_private)


@blueprint.get("/me/profile")
@blueprint.response(200, ProfileSchema)
def my_profile() -> dict[str, Any]:
    """Answer who I am here."""
    with mine() as me:
        return _profile(me.connection, me.lock())


@blueprint.get("/me/settings")
@blueprint.response(200, SettingsSchema)
def my_settings() -> dict[str, Any]:
    """Answer what I have set."""
    with mine() as me:
        return _settings(me.lock(), store.settings(me.connection, me.member_id))


@blueprint.patch("/me/settings")
@blueprint.arguments(NewSettingsSchema)
@blueprint.response(200, SettingsSchema)
def change_settings(sent: dict[str, Any]) -> dict[str, Any]:
    """Set what I name; what I leave out stays."""
    language = sent.pop("language", None)
    if "name" in sent:
        sent["name"] = read_name(sent["name"])
    with mine() as me:
        return _settings(*acts.change_settings(me, sent, language))


@blueprint.put("/me/password")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(ChangedPasswordSchema)
@blueprint.response(204)
def change_password(visitor: dict[str, str], sent: dict[str, Any]) -> Response:
    """Change my password; all my other devices are signed out."""
    here = front()
    with mine(visitor["address"]) as me:
        member = me.lock()
        kept = passwords.find(me.connection, member.member_id)
        may_try = here.guesses.begin(me.connection, member.number, me.address, me.now)
    if not may_try:
        raise PasswordLocked
    if kept is not None and not here.hasher.fits(sent["old_password"] or "", kept):
        raise WrongOldPassword
    rules.check(sent["password"], member.phone, member.email)
    hashed = here.hasher.hash(sent["password"])
    with mine(visitor["address"]) as me:
        acts.change_password(me, kept, hashed, sent["device_id"])
        here.guesses.was_right(me.connection, member.number, me.address)
    return Response(status=204)


@blueprint.get("/me/export")
@blueprint.response(200, ExportSchema)
def export() -> dict[str, Any]:
    """Answer all that is held of me here."""
    with mine() as me:
        member = me.lock()
        chosen = store.settings(me.connection, me.member_id)
        return {
            "profile": _profile(me.connection, member),
            "settings": _settings(member, chosen),
            "email_linked_at": member.standing.email_linked_at,
            "invited_by": member.standing.invited_by,
            **store.lists(me.connection, me.member_id),
        }


@blueprint.post("/me/erasure")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(202, ErasureSchema)
def ask_to_erase(visitor: dict[str, str]) -> dict[str, Any]:
    """Ask to be erased: my number is sent a code."""
    with mine(visitor["address"]) as me:
        return {"code": acts.ask_to_erase(me)}


@blueprint.post("/me/erasure/confirm")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(204)
def erase(sent: dict[str, str]) -> Response:
    """Erase me, by the code: my points are lost with my account."""
    with mine() as me:
        answer = acts.erase(me, sent["code"])
    committed(answer)
    return Response(status=204)


def _profile(connection: Connection, member: Member) -> dict[str, Any]:
    return {
        "member_id": member.member_id,
        "phone": member.phone,
        "email": member.email,
        "name": store.settings(connection, member.member_id).name,
        "language": member.language,
        "registered_at": member.registered_at,
        "has_password": passwords.find(connection, member.member_id) is not None,
        "invitation_code": invitations.of(connection, member.member_id),
        "friends_invited": store.count_invited(connection, member.member_id),
    }


def _settings(member: Member, chosen: Settings) -> dict[str, Any]:
    return {
        "language": member.language,
        "name": chosen.name,
        "notices": chosen.all_notices(),
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }
