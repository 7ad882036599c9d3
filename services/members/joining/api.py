"""The HTTP edge of sign-up, for the site: one route a step."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.members.codes import store as codes
from services.members.codes.domain import Purpose
from services.members.domain import read_phone
from services.members.entering.domain import Entry
from services.members.entering.schemas import BrowserSchema, EntrySchema
from services.members.front import (
    GivenCodeSchema,
    VisitorSchema,
    check_captcha,
    committed,
    for_the_site_alone,
    front,
    keep_private,
)
from services.members.joining import invitations, steps, store
from services.members.joining.domain import (
    Act,
    SignUp,
    State,
    UnknownSignUp,
    WrongStep,
    after,
)
from services.members.joining.invitations import UnknownInvitation
from services.members.joining.owners import NumberInUse
from services.members.joining.schemas import (
    ClaimedNumberSchema,
    GivenEmailSchema,
    GivenPasswordSchema,
    GivenPhoneSchema,
    NewSignUpSchema,
    SignUpSchema,
)
from services.members.joining.steps import Step
from services.members.passwords import rules
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    UnknownSignUp: 404,
    WrongStep: 409,
    UnknownInvitation: 422,
    NumberInUse: 409,
    rules.WeakPassword: 422,
}
_WAITS_FOR = {
    State.PHONE_CODE: Purpose.SIGN_UP_PHONE,
    State.EMAIL_CODE: Purpose.SIGN_UP_EMAIL,
}
blueprint = Blueprint("joining", __name__, description="Sign-up, for the site alone.")
blueprint.before_request(for_the_site_alone)
blueprint.after_request(keep_private)


@blueprint.post("/sign-ups")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(NewSignUpSchema)
@blueprint.response(201, SignUpSchema)
def begin(visitor: dict[str, str], sent: dict[str, Any]) -> dict[str, Any]:
    """Begin a sign-up: the number is sent a code."""
    phone, code = read_phone(sent["phone"]), sent["invitation_code"]
    with front().engine.connect() as connection:
        inviter = None if code is None else invitations.inviter(connection, code)
    check_captcha(sent["captcha"], visitor["address"])
    with front().engine.begin() as connection:
        sign_up = steps.begin(
            _step(connection), phone, sent["language"], inviter, visitor["address"]
        )
        return _shown(connection, sign_up)


@blueprint.get("/sign-ups/<uuid:sign_up_id>")
@blueprint.response(200, SignUpSchema)
def show(sign_up_id: UUID) -> dict[str, Any]:
    """Answer how far a sign-up is, for a page that is opened again."""
    with front().engine.connect() as connection:
        return _shown(connection, store.find(connection, sign_up_id, front().clock()))


@blueprint.put("/sign-ups/<uuid:sign_up_id>/phone")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(GivenPhoneSchema)
@blueprint.response(200, SignUpSchema)
def give_phone(visitor: dict[str, str], sent: dict[str, Any], sign_up_id: UUID) -> dict[str, Any]:
    """Go back to the number: the new one is sent a code."""
    phone = read_phone(sent["phone"])
    check_captcha(sent["captcha"], visitor["address"])
    with front().engine.begin() as connection:
        step = _step(connection)
        return _shown(connection, steps.give_phone(step, sign_up_id, phone, visitor["address"]))


@blueprint.put("/sign-ups/<uuid:sign_up_id>/email")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(GivenEmailSchema)
@blueprint.response(200, SignUpSchema)
def give_email(visitor: dict[str, str], sent: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Give an e-mail, or another one: it is sent a code."""
    with front().engine.begin() as connection:
        step = _step(connection)
        sign_up = steps.give_email(step, sign_up_id, sent["email"], visitor["address"])
        return _shown(connection, sign_up)


@blueprint.post("/sign-ups/<uuid:sign_up_id>/phone-code")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, SignUpSchema)
def prove_phone(sent: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Take the code of the SMS."""
    return _prove(sign_up_id, Act.PROVE_PHONE, sent["code"])


@blueprint.post("/sign-ups/<uuid:sign_up_id>/email-code")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, SignUpSchema)
def prove_email(sent: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Take the code of the e-mail."""
    return _prove(sign_up_id, Act.PROVE_EMAIL, sent["code"])


@blueprint.post("/sign-ups/<uuid:sign_up_id>/phone-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(200, SignUpSchema)
def send_sms_again(visitor: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Send another SMS, a minute after the last one at the earliest."""
    return _send_again(sign_up_id, Act.PROVE_PHONE, visitor["address"])


@blueprint.post("/sign-ups/<uuid:sign_up_id>/email-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(200, SignUpSchema)
def send_email_again(visitor: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Send another e-mail, a minute after the last one at the earliest."""
    return _send_again(sign_up_id, Act.PROVE_EMAIL, visitor["address"])


@blueprint.post("/sign-ups/<uuid:sign_up_id>/claim")
@blueprint.response(202, ClaimedNumberSchema)
def claim(sign_up_id: UUID) -> dict[str, Any]:
    """Claim a number that is proved and of a member who is away: free after his grace period."""
    with front().engine.begin() as connection:
        return {"free_at": steps.claim(_step(connection), sign_up_id)}


@blueprint.put("/sign-ups/<uuid:sign_up_id>/password")
@blueprint.arguments(GivenPasswordSchema)
@blueprint.response(200, SignUpSchema)
def set_password(sent: dict[str, str], sign_up_id: UUID) -> dict[str, Any]:
    """Set the password; each rule that it breaks is named."""
    here = front()
    with here.engine.connect() as connection:
        sign_up = store.find(connection, sign_up_id, here.clock())
    after(sign_up.state, Act.SET_PASSWORD)
    rules.check(sent["password"], sign_up.phone, sign_up.email)
    # No transaction is open while argon2 works.
    hashed = here.hasher.hash(sent["password"])
    with here.engine.begin() as connection:
        return _shown(connection, steps.set_password(_step(connection), sign_up_id, hashed))


@blueprint.post("/sign-ups/<uuid:sign_up_id>/confirm")
@blueprint.arguments(BrowserSchema)
@blueprint.response(201, EntrySchema)
def confirm(sent: dict[str, Any], sign_up_id: UUID) -> Entry:
    """Become a member, signed in; a repeat within ten minutes is answered alike."""
    here = front()
    key = steps.first_key(here.first_key_secret, sign_up_id)
    with here.engine.begin() as connection:
        return steps.confirm(_step(connection), sign_up_id, sent["browser"], here.door, key)


def _prove(sign_up_id: UUID, act: Act, typed: str) -> dict[str, Any]:
    with front().engine.begin() as connection:
        answer = steps.prove(_step(connection), sign_up_id, act, typed)
    with front().engine.connect() as connection:
        return _shown(connection, committed(answer))


def _send_again(sign_up_id: UUID, act: Act, address: str) -> dict[str, Any]:
    with front().engine.begin() as connection:
        return _shown(connection, steps.send_again(_step(connection), sign_up_id, act, address))


def _step(connection: Connection) -> Step:
    here = front()
    return Step(connection, here.post, here.numbers, here.clock())


def _shown(connection: Connection, sign_up: SignUp) -> dict[str, Any]:
    purpose = _WAITS_FOR.get(sign_up.state)
    code = None if purpose is None else codes.find(connection, sign_up.sign_up_id, purpose)
    is_invited = sign_up.invited_by is not None
    return asdict(sign_up) | {"code": code, "is_invited": is_invited}
