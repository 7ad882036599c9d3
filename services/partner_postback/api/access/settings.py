"""The shapes of what partners set for themselves: secrets."""

from marshmallow import Schema, fields, validate

from services.partner_postback.partners import SECRET_KINDS
from shared.schemas import Moment, StrictSchema, Whole

_LONGEST_OVERLAP_HOURS = 24 * 90


class RotationSchema(StrictSchema):
    """Which secret to renew, and how long the old one stays valid."""

    kind = fields.String(load_default="signing", validate=validate.OneOf(SECRET_KINDS))
    overlap_hours = Whole(load_default=24, highest=_LONGEST_OVERLAP_HOURS)


class NewSecretSchema(Schema):
    """The new secret, shown this once."""

    kind = fields.String()
    secret = fields.String()
    old_valid_until = Moment()


class SecretSchema(Schema):
    """A secret that is valid now; its value was shown when it was made, and never again."""

    kind = fields.String()
    made_at = Moment()
    valid_until = Moment(
        allow_none=True, metadata={"description": "null: until it is rotated, and the overlap"}
    )


class SecretListSchema(Schema):
    """What is valid now, the newest first."""

    data = fields.List(fields.Nested(SecretSchema))
