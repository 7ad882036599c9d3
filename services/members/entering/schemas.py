"""What sign-in takes from the site, and tells it."""

from typing import Any

from marshmallow import Schema, fields, post_load

from services.members.domain import Language
from services.members.entering.domain import Browser
from services.members.front import GivenCodeSchema, SentCodeSchema, SolvedCaptchaSchema
from services.members.passwords.rules import LARGEST_INPUT
from shared.schemas import Moment, StrictSchema, Text, Truth

_BROWSER = tuple(Browser.__dataclass_fields__)


class BrowserSchema(StrictSchema):
    """The browser that is to be let in, and the device that it was before."""

    user_agent = Text(longest=2000, shortest=0, load_default="")
    is_remembered = Truth(load_default=False, metadata={"description": "for 90 days, else one"})
    device_id = fields.UUID(load_default=None, allow_none=True)
    device_secret = Text(longest=200, load_default=None, allow_none=True)

    @post_load
    def _browser(self, sent: dict[str, Any], **_: Any) -> dict[str, Any]:
        values = {name: sent.pop(name) for name in _BROWSER}
        return sent | {"browser": Browser(**values)}


class PasswordSignInSchema(BrowserSchema):
    """A number and its password."""

    phone = Text(longest=32, required=True)
    password = Text(longest=LARGEST_INPUT, required=True)


class LinkSignInSchema(BrowserSchema):
    """The secret part of a link, and the browser that it is to let in."""

    token = Text(longest=200, required=True)


class CodeSignInSchema(StrictSchema):
    """Whose number is to get a code; `language` counts where it is nobody's."""

    phone = Text(longest=32, required=True)
    captcha = fields.Nested(SolvedCaptchaSchema, required=True)
    language = fields.Enum(Language, by_value=True, load_default=Language.RUSSIAN)


class TypedSignInCodeSchema(GivenCodeSchema, BrowserSchema):
    """The code that came, and the browser that is to be let in."""


class SecretSchema(StrictSchema):
    """What proves a device."""

    device_secret = Text(longest=200, required=True)


class KeptDeviceSchema(StrictSchema):
    """The device that stays signed in."""

    device_id = fields.UUID(required=True)


class SignInSchema(Schema):
    """A sign-in that waits for its code."""

    sign_in_id = fields.UUID()
    code = fields.Nested(SentCodeSchema)


class EntrySchema(Schema):
    """What a browser gets that was let in: a device's name and secret, and a short session."""

    member_id = fields.UUID()
    device_id = fields.UUID()
    device_secret = fields.String()
    device_ends_at = Moment()
    session = fields.String(metadata={"description": "the value of the session's cookie"})
    session_ends_at = Moment()


class RenewedSessionSchema(Schema):
    """A device's new session."""

    member_id = fields.UUID()
    device_id = fields.UUID()
    device_ends_at = Moment()
    session = fields.String()
    session_ends_at = Moment()


class DeviceSchema(Schema):
    """A device as its member sees it."""

    device_id = fields.UUID()
    name = fields.String()
    is_remembered = fields.Boolean()
    made_at = Moment()
    last_used_at = Moment()
    ends_at = Moment()


class DeviceListSchema(Schema):
    """A member's devices that are signed in, the last used first."""

    data = fields.List(fields.Nested(DeviceSchema))
