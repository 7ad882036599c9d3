"""What relatives take from outside and tell."""

from marshmallow import Schema, fields, validate

from services.members.relatives.domain import State
from shared.schemas import Moment, ShortList, StrictSchema, Text

_MOST_CONTACTS = 200


class NewRelativeSchema(StrictSchema):
    """Whom to ask, and what the member calls him."""

    phone = Text(longest=32, required=True)
    label = Text(longest=50, required=True, metadata={"example": "mother"})


class TypedCodeSchema(StrictSchema):
    """The code that the relative got by SMS and told the member."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9]{6}$(?!\n)", error="A code has six digits."),
    )


class NumberSchema(StrictSchema):
    """Whose consents to look for."""

    phone = Text(longest=32, required=True)


class RelativeSchema(Schema):
    """A relative as his member sees him."""

    relative_id = fields.UUID()
    phone = fields.String(
        allow_none=True, metadata={"description": "null once the consent is withdrawn"}
    )
    label = fields.String()
    state = fields.Enum(State, by_value=True)
    asked_at = Moment()
    ends_at = Moment(metadata={"description": "until when the code of the last SMS counts"})
    tries_left = fields.Integer()
    consented_at = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)


class RelativeListSchema(Schema):
    """A member's relatives, oldest question first."""

    data = fields.List(fields.Nested(RelativeSchema))


class ConsentSchema(Schema):
    """A consent as a clerk sees it: who may top the number up, and since when."""

    relative_id = fields.UUID()
    member_id = fields.UUID()
    state = fields.Enum(State, by_value=True)
    asked_at = Moment()
    consented_at = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)


class ConsentListSchema(Schema):
    """The consents of a number, oldest question first."""

    data = fields.List(fields.Nested(ConsentSchema))


class QuestionSchema(Schema):
    """What the one SMS to a relative needs; used for it and kept nowhere."""

    phone = fields.String()
    code = fields.String()
    asked_by = fields.String(
        metadata={"description": "last digits of the number of the member who asks"}
    )


class WantedContactsSchema(StrictSchema):
    """Whose numbers are needed now."""

    members = ShortList(fields.UUID(), most=_MOST_CONTACTS, load_default=list)
    relatives = ShortList(fields.UUID(), most=_MOST_CONTACTS, load_default=list)


class ContactsSchema(Schema):
    """Numbers by id; who is unknown, blocked, erased or does not agree is missing."""

    members = fields.Dict(keys=fields.UUID(), values=fields.String())
    relatives = fields.Dict(keys=fields.UUID(), values=fields.String())
