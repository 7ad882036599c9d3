"""The HTTP edge of changes: a member gives another number or e-mail, and types both codes."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import Connection

from services.members.changing import steps
from services.members.changing.domain import (
    PURPOSES,
    Change,
    End,
    EndProved,
    NothingChanges,
    UnknownChange,
    What,
)
from services.members.codes import store as codes
from services.members.domain import read_email, read_phone
from services.members.front import (
    GivenCodeSchema,
    SentCodeSchema,
    VisitorSchema,
    committed,
    front,
    keep_private,
)
from services.members.mine import mine
from services.members.schemas import Email
from shared.schemas import Moment, StrictSchema, Text
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {UnknownChange: 404, NothingChanges: 422, EndProved: 409}
blueprint = Blueprint("changing", __name__, description="Another number or e-mail of a member.")
blueprint.after_request(keep_private)


class NewPhoneSchema(StrictSchema):
    """The new number."""

    new = Text(longest=32, required=True)


class NewEmailSchema(StrictSchema):
    """The new e-mail."""

    new = Email(required=True)


class ChangeSchema(Schema):
    """A change as its member sees it; done once both ends have confirmed it."""

    change_id = fields.UUID()
    what = fields.Enum(What, by_value=True)
    new = fields.String()
    is_old_proved = fields.Boolean()
    is_new_proved = fields.Boolean()
    old_code = fields.Nested(SentCodeSchema, allow_none=True)
    new_code = fields.Nested(SentCodeSchema, allow_none=True)
    done_at = Moment(allow_none=True)
    ends_at = Moment()


@blueprint.post("/me/changes/phone")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(NewPhoneSchema)
@blueprint.response(201, ChangeSchema)
def change_phone(visitor: dict[str, str], sent: dict[str, str]) -> dict[str, Any]:
    """Begin to change my number: the old and the new one are sent codes."""
    with mine(visitor["address"]) as me:
        change = steps.begin(me, What.PHONE, read_phone(sent["new"]))
        return _shown(me.connection, change)


@blueprint.post("/me/changes/email")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.arguments(NewEmailSchema)
@blueprint.response(201, ChangeSchema)
def change_email(visitor: dict[str, str], sent: dict[str, str]) -> dict[str, Any]:
    """Begin to change my e-mail: the old and the new one are sent codes."""
    with mine(visitor["address"]) as me:
        change = steps.begin(me, What.EMAIL, read_email(sent["new"]))
        return _shown(me.connection, change)


@blueprint.post("/me/changes/<uuid:change_id>/old-code")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, ChangeSchema)
def prove_old(sent: dict[str, str], change_id: UUID) -> dict[str, Any]:
    """Take the code of the old end."""
    return _prove(change_id, End.OLD, sent["code"])


@blueprint.post("/me/changes/<uuid:change_id>/new-code")
@blueprint.arguments(GivenCodeSchema)
@blueprint.response(200, ChangeSchema)
def prove_new(sent: dict[str, str], change_id: UUID) -> dict[str, Any]:
    """Take the code of the new end."""
    return _prove(change_id, End.NEW, sent["code"])


@blueprint.post("/me/changes/<uuid:change_id>/old-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(200, ChangeSchema)
def old_again(visitor: dict[str, str], change_id: UUID) -> dict[str, Any]:
    """Send the old end another code."""
    with mine(visitor["address"]) as me:
        return _shown(me.connection, steps.send_again(me, change_id, End.OLD))


@blueprint.post("/me/changes/<uuid:change_id>/new-code/again")
@blueprint.arguments(VisitorSchema, location="headers")
@blueprint.response(200, ChangeSchema)
def new_again(visitor: dict[str, str], change_id: UUID) -> dict[str, Any]:
    """Send the new end another code."""
    with mine(visitor["address"]) as me:
        return _shown(me.connection, steps.send_again(me, change_id, End.NEW))


def _prove(change_id: UUID, end: End, typed: str) -> dict[str, Any]:
    with mine() as me:
        answer = steps.prove(me, change_id, end, typed)
    with front().engine.connect() as connection:
        return _shown(connection, committed(answer))


def _shown(connection: Connection, change: Change) -> dict[str, Any]:
    is_proved = {End.OLD: change.is_old_proved, End.NEW: change.is_new_proved}
    waiting = {
        f"{end.value}_code": None
        if is_proved[end]
        else codes.find(connection, change.change_id, PURPOSES[end])
        for end in End
    }
    return {name: getattr(change, name) for name in Change.__dataclass_fields__} | waiting
