"""The shapes of what partners set for themselves: secrets, webhooks."""

from marshmallow import Schema, fields, validate

from services.partner_postback.partners import SECRET_KINDS
from services.partner_postback.store.access.webhooks import State
from services.partner_postback.webhooks.endpoint import LONGEST_URL, EventType
from shared.schemas import Moment, ShortList, Slug, StrictSchema, Text, Whole, WholeInQuery

_LONGEST_OVERLAP_HOURS = 24 * 90
_LONGEST_DELIVERY_ID = 64


class RotationSchema(StrictSchema):
    """Which secret to renew, and how long the old one stays valid."""

    kind = fields.String(
        load_default="signing",
        validate=validate.OneOf(SECRET_KINDS),
        metadata={"description": "`webhook`: of what you are told; both sign it meanwhile"},
    )
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


class WebhookSchema(StrictSchema):
    """Where a partner wants to be told, and what."""

    url = Text(
        required=True,
        longest=LONGEST_URL,
        metadata={"description": "https, and public addresses alone; redirects are not followed"},
    )
    events = ShortList(
        fields.String(validate=validate.OneOf([one.value for one in EventType])),
        fewest=1,
        most=len(EventType),
        required=True,
        metadata={
            "description": "`conversion.changed`: the conversion as it is now, its `version` tells "
            "which of two messages is newer; `receipt.decided`: a request that was held got its "
            "verdict (rows of files and pulled records are left out)"
        },
    )


class KnownWebhookSchema(WebhookSchema):
    """A webhook as it is, and its signing secret when that is new: it is shown this once."""

    partner_id = fields.String()
    disabled_at = Moment(
        allow_none=True,
        metadata={"description": "since its server answered 410 Gone; set it again to go on"},
    )
    secret = fields.String()


class DeliverySchema(Schema):
    """A message to a partner, and what became of it."""

    delivery_id = fields.String(metadata={"description": "its webhook-id, at every try"})
    partner_id = fields.String()
    type = fields.String()
    payload = fields.Dict(metadata={"description": "its body: type, timestamp, data"})
    state = fields.String(validate=validate.OneOf([one.value for one in State]))
    attempts = fields.Integer(
        metadata={"description": "after eight within a day it is given up; by hand it begins again"}
    )
    next_at = Moment(metadata={"description": "while it waits: when it is tried next"})
    last_status = fields.Integer(allow_none=True)
    last_error = fields.String(allow_none=True)
    made_at = Moment()
    ended_at = Moment(allow_none=True)


class DeliveryListSchema(Schema):
    """A page of deliveries, newest first."""

    data = fields.List(fields.Nested(DeliverySchema))
    next = fields.String(
        allow_none=True, metadata={"description": "send as `after` for the next page"}
    )


class DeliveryQuerySchema(StrictSchema):
    """Which deliveries."""

    partner_id = Slug(
        load_default=None, metadata={"description": "clerks name it; a partner sees its own"}
    )
    state = fields.String(load_default=None, validate=validate.OneOf([one.value for one in State]))
    type = fields.String(
        load_default=None, validate=validate.OneOf([one.value for one in EventType])
    )
    after = Text(load_default=None, longest=_LONGEST_DELIVERY_ID)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)
