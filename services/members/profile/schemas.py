"""What a member's own page takes and tells."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from services.members.domain import Language
from services.members.front import SentCodeSchema
from services.members.passwords.rules import LARGEST_INPUT
from services.members.profile.domain import Channels, News
from shared.schemas import Moment, StrictSchema, Text, Truth

_LONGEST_NAME_SENT = 400  # untrimmed, uncomposed


class ChannelsSchema(StrictSchema):
    """How news of one kind reach a member."""

    sms = Truth(required=True)
    email = Truth(required=True)
    site = Truth(required=True)

    @post_load
    def _channels(self, sent: dict[str, bool], **_: Any) -> Channels:
        return Channels(**sent)


class NewSettingsSchema(StrictSchema):
    """What is set anew; what is left out stays."""

    language = fields.Enum(Language, by_value=True)
    name = Text(longest=_LONGEST_NAME_SENT, shortest=0, allow_none=True)
    notices = fields.Dict(
        keys=fields.Enum(News, by_value=True), values=fields.Nested(ChannelsSchema)
    )
    quiet_from = fields.Time(format="%H:%M", allow_none=True)
    quiet_until = fields.Time(format="%H:%M", allow_none=True)

    @validates_schema
    def _both_ends(self, sent: dict[str, Any], **_: Any) -> None:
        ends = [sent.get("quiet_from"), sent.get("quiet_until")]
        if ("quiet_from" in sent) != ("quiet_until" in sent) or ends.count(None) == 1:
            message = "Give both ends of the quiet hours, or null for both."
            raise ValidationError(message, "quiet_from")


class SettingsSchema(Schema):
    """What a member has set; quiet hours are Moscow's."""

    language = fields.Enum(Language, by_value=True)
    name = fields.String(allow_none=True)
    notices = fields.Dict(
        keys=fields.Enum(News, by_value=True), values=fields.Nested(ChannelsSchema)
    )
    quiet_from = fields.Time(format="%H:%M", allow_none=True)
    quiet_until = fields.Time(format="%H:%M", allow_none=True)


class ProfileSchema(Schema):
    """Who a member is to us."""

    member_id = fields.UUID()
    phone = fields.String()
    email = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    registered_at = Moment()
    has_password = fields.Boolean()
    invitation_code = fields.String()
    friends_invited = fields.Integer()


class ChangedPasswordSchema(StrictSchema):
    """The old password (null where there was none), the new one, and the device that stays."""

    old_password = Text(longest=LARGEST_INPUT, required=True, allow_none=True)
    password = Text(longest=LARGEST_INPUT, shortest=0, required=True)
    device_id = fields.UUID(load_default=None, allow_none=True)


class ErasureSchema(Schema):
    """An erasure that waits for its code."""

    code = fields.Nested(SentCodeSchema)


class ExportSchema(Schema):
    """All that this service holds of a member; other services export their own."""

    profile = fields.Nested(ProfileSchema)
    settings = fields.Nested(SettingsSchema)
    email_linked_at = Moment(allow_none=True)
    invited_by = fields.UUID(allow_none=True)
    devices = fields.List(fields.Dict())
    relatives = fields.List(fields.Dict())
    decisions = fields.List(fields.Dict())
    favourites = fields.List(fields.Dict())
