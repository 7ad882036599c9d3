"""The HTTP edge of recovery, for the site: one route a step."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import Connection

from services.members import store as members
from services.members.codes import store as codes
from services.members.codes.domain import Purpose
from services.members.domain import read_phone
from services.members.entering.domain import Entry
from services.members.entering.schemas import BrowserSchema, CodeSignInSchema, EntrySchema
from services.members.front import (
    GivenCodeSchema,
    SentCodeSchema,
    VisitorSchema,
    check_captcha,
    committed,
    for_the_site_alone,
    front,
    keep_private,
)
from services.members.passwords import rules
from services.members.recovering import steps, store
from services.members.recovering.domain import (
    Act,
    Recovery,
    State,
    UnknownRecovery,
    WrongRecoveryStep,
    after,
)
from shared.schemas import Moment, Text
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {UnknownRecovery: 404, WrongRecoveryStep: 409}
_WAITS_FOR = {
    State.PHONE_CODE: Purpose.RECOVERY_PHONE,
    State.EMAIL_CODE: Purpose.RECOVERY_EMAIL,
}
blueprint = Blueprint("recovering", __name__, description="A new password, for the site alone.")
blueprint.before_request(for_the_site_alone)
blueprint.after_request(keep_private)


class NewPasswordSchema(BrowserSchema):
    """The new password, and the browser that is let in with it."""

    password = Text(longest=rules.LARGEST_INPUT, shortest=0, required=True)


class RecoverySchema(Schema):
    """A recovery as its person sees it."""

    recovery_id = fields.UUID()
    state = fields.Enum(State, by_value=True)
    code = fields.Nested(SentCodeSchema, allow_none=True)
    ends_at = Moment()


@blueprint.post("/recoveries")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(CodeSignInSchema)
@blueprint.response(202, RecoverySchema)
def begin(visitor: dict[str, str], sent: dict[str, Any]) -> dict[str, Any]:
    """Send a code to a number, if it is a member's."""
    here, phone = front(), read_phone(sent["phone"])
    check_captcha(sent["captcha"], visitor["address"])
    with here.engine.begin() as connection:
        recovery = steps.begin(
            connection,
            phone=phone,
            language=sent["language"],
            address=visitor["address"],
            post=here.post,
            now=here.clock(),
        )
        return _shown(connection, recovery)


@blueprint.post("/recoveries/<uuid:recovery_id>/phone-code")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, RecoverySchema)
def prove_phone(visitor: dict[str, str], sent: dict[str, str], recovery_id: UUID) -> dict[str, Any]:
    """Take the code of the SMS; who has an e-mail is sent another one there."""
    return _prove(recovery_id, State.PHONE_CODE, sent["code"], visitor["address"])


@blueprint.post("/recoveries/<uuid:recovery_id>/email-code")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, RecoverySchema)
def prove_email(visitor: dict[str, str], sent: dict[str, str], recovery_id: UUID) -> dict[str, Any]:
    """Take the code of the e-mail."""
    return _prove(recovery_id, State.EMAIL_CODE, sent["code"], visitor["address"])


@blueprint.post("/recoveries/<uuid:recovery_id>/phone-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(202, RecoverySchema)
def send_sms_again(visitor: dict[str, str], recovery_id: UUID) -> dict[str, Any]:
    """Send another SMS, a minute after the last one at the earliest."""
    return _send_again(recovery_id, State.PHONE_CODE, visitor["address"])


@blueprint.post("/recoveries/<uuid:recovery_id>/email-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(202, RecoverySchema)
def send_email_again(visitor: dict[str, str], recovery_id: UUID) -> dict[str, Any]:
    """Send another e-mail, a minute after the last one at the earliest."""
    return _send_again(recovery_id, State.EMAIL_CODE, visitor["address"])


@blueprint.put("/recoveries/<uuid:recovery_id>/password")
@blueprint.arguments(NewPasswordSchema)
@blueprint.response(200, EntrySchema)
def set_password(sent: dict[str, Any], recovery_id: UUID) -> Entry:
    """Set the new password: all other devices are signed out, this one is let in."""
    here = front()
    with here.engine.connect() as connection:
        recovery = store.find(connection, recovery_id, here.clock())
        after(recovery.state, Act.SET_PASSWORD)
        assert recovery.member_id is not None  # nobody's recovery never comes here
        email = members.find(connection, recovery.member_id).email
    rules.check(sent["password"], recovery.phone, email)
    hashed = here.hasher.hash(sent["password"])
    with here.engine.begin() as connection:
        here.guesses.unlock(connection, recovery.phone)
        return steps.set_password(
            connection,
            recovery_id,
            password_hash=hashed,
            browser=sent["browser"],
            door=here.door,
            now=here.clock(),
        )


def _send_again(recovery_id: UUID, state: State, address: str) -> dict[str, Any]:
    here = front()
    with here.engine.begin() as connection:
        recovery = steps.send_again(
            connection, recovery_id, state, address=address, post=here.post, now=here.clock()
        )
        return _shown(connection, recovery)


def _prove(recovery_id: UUID, state: State, typed: str, address: str) -> dict[str, Any]:
    here = front()
    with here.engine.begin() as connection:
        answer = steps.prove(
            connection,
            recovery_id,
            state,
            typed=typed,
            address=address,
            post=here.post,
            now=here.clock(),
        )
    with here.engine.connect() as connection:
        return _shown(connection, committed(answer))


def _shown(connection: Connection, recovery: Recovery) -> dict[str, Any]:
    purpose = _WAITS_FOR.get(recovery.state)
    code = None if purpose is None else codes.find(connection, recovery.recovery_id, purpose)
    shown = {name: getattr(recovery, name) for name in ("recovery_id", "state", "ends_at")}
    return shown | {"code": code}
