"""What a sign-up takes from the site, and tells it."""

from marshmallow import Schema, fields

from services.members.domain import Language
from services.members.front import SentCodeSchema, SolvedCaptchaSchema
from services.members.joining.domain import State
from services.members.passwords.rules import LARGEST_INPUT
from services.members.schemas import Email
from shared.schemas import Moment, StrictSchema, Text


class GivenPhoneSchema(StrictSchema):
    """A number, and a solved captcha: its SMS costs money."""

    phone = Text(longest=32, required=True)
    captcha = fields.Nested(SolvedCaptchaSchema, required=True)


class NewSignUpSchema(GivenPhoneSchema):
    """Who begins: a number, the language of the page, and a friend's invitation."""

    language = fields.Enum(Language, by_value=True, load_default=Language.RUSSIAN)
    invitation_code = Text(longest=20, load_default=None, allow_none=True)


class GivenEmailSchema(StrictSchema):
    """An e-mail address."""

    email = Email(required=True)


class GivenPasswordSchema(StrictSchema):
    """A password; what it breaks of the rules is answered as `weak_password`."""

    password = Text(longest=LARGEST_INPUT, shortest=0, required=True)


class ClaimedNumberSchema(Schema):
    """From when on whoever proves the number may join with it."""

    free_at = Moment()


class SignUpSchema(Schema):
    """A sign-up as its person sees it."""

    sign_up_id = fields.UUID()
    state = fields.Enum(State, by_value=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    is_invited = fields.Boolean()
    code = fields.Nested(
        SentCodeSchema,
        allow_none=True,
        metadata={"description": "of the code that is waited for; null in other states"},
    )
    ends_at = Moment()
