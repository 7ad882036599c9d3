"""What members takes from outside and tells: people are told what is wrong, field by field."""

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.members.domain import Language, Status, read_email
from shared.schemas import Moment, Slug, StrictSchema, Text, Truth

_LONGEST_EMAIL = 254


class Email(Text):
    """An e-mail address."""

    def __init__(self, **options: Any) -> None:
        """Take marshmallow's options."""
        checks = [validate.Email(), _is_plain]
        super().__init__(longest=_LONGEST_EMAIL, validate=checks, **options)


def _is_plain(text: str) -> None:
    # RFC 5322 takes nearly anything in quotes; no mailbox of a member is called so.
    if '"' in text or any(unicodedata.category(one) in {"Cc", "Cf"} for one in text):
        message = "Write it without quotes and control characters."
        raise ValidationError(message)
    # Some letters grow when they are made small, and the address is kept so.
    if len(read_email(text)) > _LONGEST_EMAIL:
        message = f"At most {_LONGEST_EMAIL} characters."
        raise ValidationError(message)


class NewMemberSchema(StrictSchema):
    """Who is to be taken in."""

    phone = Text(longest=32, required=True)
    email = Email(load_default=None, allow_none=True)
    language = fields.Enum(Language, by_value=True, load_default=Language.RUSSIAN)
    is_own_subscriber = Truth(load_default=False)
    invited_by = fields.UUID(load_default=None, allow_none=True)
    shared_device = Truth(
        load_default=False,
        metadata={"description": "joined from another member's device: the invitation is held"},
    )


class NoteSchema(StrictSchema):
    """What a member did or is; what is left out stays as it is."""

    email_is_linked = Truth(metadata={"description": "the member proved the e-mail to be his own"})
    profile_is_filled = Truth()
    is_own_subscriber = Truth()

    @validates_schema
    def _says_something(self, sent: dict[str, Any], **_: Any) -> None:
        if not sent:
            message = "Say at least one of them."
            raise ValidationError(message, "email_is_linked")


class ByClerkSchema(StrictSchema):
    """Who does it, and why; both are kept."""

    reason = Text(required=True)
    clerk = Slug(required=True)


class DecisionSchema(Schema):
    """A clerk blocked a member, or let him back in."""

    status = fields.Enum(Status, by_value=True)
    reason = fields.String()
    clerk = fields.String()
    decided_at = Moment()


class DecisionListSchema(Schema):
    """The last 100 decisions on a member, the newest first."""

    data = fields.List(fields.Nested(DecisionSchema))


class PhoneQuery(StrictSchema):
    """Whose member to look for."""

    phone = Text(longest=32, required=True)


class MemberSchema(Schema):
    """A member as a clerk sees it."""

    member_id = fields.UUID()
    phone = fields.String(allow_none=True, metadata={"description": "null once erased"})
    email = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    status = fields.Enum(Status, by_value=True)
    registered_at = Moment()
    email_linked_at = Moment(attribute="standing.email_linked_at", allow_none=True)
    profile_filled_at = Moment(attribute="standing.profile_filled_at", allow_none=True)
    is_own_subscriber = fields.Boolean(attribute="standing.is_own_subscriber")
    invited_by = fields.UUID(attribute="standing.invited_by", allow_none=True)
    shared_device = fields.Boolean(attribute="standing.shared_device")
    was_here_before = fields.Boolean(
        attribute="standing.was_here_before",
        metadata={"description": "somebody joined with this number before: no newcomer's gifts"},
    )


class MemberListSchema(Schema):
    """The members found: none or one."""

    data = fields.List(fields.Nested(MemberSchema))


class WaysSchema(Schema):
    """How news of one kind reach a member."""

    sms = fields.Boolean()
    email = fields.Boolean()
    site = fields.Boolean()


class ContactSchema(Schema):
    """How to reach a member; for the services that must, at the moment when they do."""

    member_id = fields.UUID()
    phone = fields.String()
    email = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    status = fields.Enum(Status, by_value=True)
    is_email_proved = fields.Boolean(
        metadata={"description": "the member proved the e-mail to be his own"}
    )
    notices = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(WaysSchema),
        metadata={"description": "how each kind of news reaches the member"},
    )
    quiet_from = fields.Time(
        format="%H:%M", allow_none=True, metadata={"description": "quiet hours, of Moscow"}
    )
    quiet_until = fields.Time(format="%H:%M", allow_none=True)


class SessionSchema(Schema):
    """A session: its cookie's value, and a link that signs in once within 10 minutes."""

    cookie = fields.String()
    expires_at = Moment()
    sign_in_url = fields.String()
