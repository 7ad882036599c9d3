"""What members takes from outside and tells: people are told what is wrong, field by field."""

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.members.domain import Language, Status, read_email
from shared.schemas import Moment, StrictSchema, Text

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


class PhoneQuery(StrictSchema):
    """Whose member to look for."""

    phone = Text(longest=32, required=True)


class MemberSchema(Schema):
    """A member as a clerk sees it."""

    member_id = fields.UUID()
    phone = fields.String()
    email = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    status = fields.Enum(Status, by_value=True)
    registered_at = Moment()


class MemberListSchema(Schema):
    """The members found: none or one."""

    data = fields.List(fields.Nested(MemberSchema))


class ContactSchema(Schema):
    """How to reach a member; for the services that must, at the moment when they do."""

    member_id = fields.UUID()
    phone = fields.String()
    email = fields.String(allow_none=True)
    language = fields.Enum(Language, by_value=True)
    status = fields.Enum(Status, by_value=True)


class SessionSchema(Schema):
    """A session: its cookie's value, and a link that signs in once within 10 minutes."""

    cookie = fields.String()
    expires_at = Moment()
    sign_in_url = fields.String()
