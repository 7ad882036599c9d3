"""The HTTP edge of sign-in, for the site: by password, by a code, and a device's sessions."""

from typing import Any
from uuid import UUID

from flask import Response

from services.members import handlers
from services.members import store as members
from services.members.domain import read_phone
from services.members.entering import by_code, by_password, devices
from services.members.entering.devices import Key
from services.members.entering.domain import (
    AwayTooLong,
    DeviceEnded,
    Entry,
    UnknownDevice,
    UnknownSignIn,
    WrongSignIn,
)
from services.members.entering.schemas import (
    CodeSignInSchema,
    EntrySchema,
    LinkSignInSchema,
    PasswordSignInSchema,
    RenewedSessionSchema,
    SecretSchema,
    SignInSchema,
    TypedSignInCodeSchema,
)
from services.members.front import (
    VisitorSchema,
    check_captcha,
    committed,
    for_the_site_alone,
    front,
    keep_private,
)
from services.members.passwords.guesses import PasswordLocked
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    WrongSignIn: 422,
    handlers.LinkSpent: 410,
    UnknownSignIn: 404,
    AwayTooLong: 409,
    DeviceEnded: 401,
    UnknownDevice: 404,
    PasswordLocked: 429,
}
blueprint = Blueprint("entering", __name__, description="Sign-in, for the site alone.")
blueprint.before_request(for_the_site_alone)
blueprint.after_request(keep_private)


@blueprint.post("/sign-ins/password")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(PasswordSignInSchema)
@blueprint.response(200, EntrySchema)
def by_phone_and_password(visitor: dict[str, str], sent: dict[str, Any]) -> Entry:
    """Let a member in by number and password."""
    return by_password.sign_in(
        front(), sent["phone"], sent["password"], visitor["address"], sent["browser"]
    )


@blueprint.post("/sign-ins/link")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(LinkSignInSchema)
@blueprint.response(200, EntrySchema)
def by_link(visitor: dict[str, str], sent: dict[str, Any]) -> Entry:
    """Let a member in by the link that a clerk made: it works once, for ten minutes."""
    here = front()
    here.strangers.check(visitor["address"])
    try:
        with here.engine.begin() as connection:
            member_id = handlers.sign_in(connection, sent["token"], here.clock())
            member = members.find(connection, member_id, lock=True)
            return devices.let_in(connection, member, sent["browser"], here.door, here.clock())
    except handlers.LinkSpent:
        here.strangers.note_failure(visitor["address"])
        raise


@blueprint.post("/sign-ins")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(CodeSignInSchema)
@blueprint.response(202, SignInSchema)
def begin(visitor: dict[str, str], sent: dict[str, Any]) -> dict[str, Any]:
    """Send a sign-in code to a number, if it is a member's."""
    here, phone = front(), read_phone(sent["phone"])
    check_captcha(sent["captcha"], visitor["address"])
    with here.engine.begin() as connection:
        sign_in, code = by_code.begin(
            connection,
            phone=phone,
            language=sent["language"],
            address=visitor["address"],
            post=here.post,
            now=here.clock(),
        )
    return {"sign_in_id": sign_in.sign_in_id, "code": code}


@blueprint.post("/sign-ins/<uuid:sign_in_id>/code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(202, SignInSchema)
def again(visitor: dict[str, str], sign_in_id: UUID) -> dict[str, Any]:
    """Send another code, a minute after the last one at the earliest."""
    here = front()
    with here.engine.begin() as connection:
        sign_in, code = by_code.again(
            connection, sign_in_id, visitor["address"], here.post, here.clock()
        )
    return {"sign_in_id": sign_in.sign_in_id, "code": code}


@blueprint.post("/sign-ins/<uuid:sign_in_id>/code")
@blueprint.arguments(TypedSignInCodeSchema)
@blueprint.response(200, EntrySchema)
def finish(sent: dict[str, Any], sign_in_id: UUID) -> Entry:
    """Let a member in by the code that came."""
    here = front()
    with here.engine.begin() as connection:
        answer = by_code.finish(
            connection,
            sign_in_id,
            typed=sent["code"],
            browser=sent["browser"],
            post=here.post,
            door=here.door,
            guesses=here.guesses,
            now=here.clock(),
        )
    return committed(answer)


@blueprint.post("/devices/<uuid:device_id>/session")
@blueprint.arguments(SecretSchema)
@blueprint.response(200, RenewedSessionSchema)
def renew(sent: dict[str, str], device_id: UUID) -> Entry:
    """Renew a device's session, as long as it and its member may enter."""
    here = front()
    with here.engine.begin() as connection:
        key = Key(device_id, sent["device_secret"])
        return devices.renew(connection, key, here.door, here.clock())


@blueprint.post("/devices/<uuid:device_id>/end")
@blueprint.arguments(SecretSchema)
@blueprint.response(204)
def sign_out(sent: dict[str, str], device_id: UUID) -> Response:
    """Sign a device out; harmless to repeat."""
    here = front()
    with here.engine.begin() as connection:
        devices.sign_out(connection, Key(device_id, sent["device_secret"]), here.clock())
    return Response(status=204)
