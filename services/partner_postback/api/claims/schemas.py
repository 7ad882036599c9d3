"""The shapes of claims as partners see them."""

from marshmallow import Schema, fields, validate

from shared.money import LARGEST_SAID_MINOR
from shared.schemas import Moment, Slug, StrictSchema, Text, Whole, WholeInQuery

_ANSWERS = ("confirmed", "denied")
_STATES = ("sent", "answered", "accepted", "refused", "withdrawn", "settled")
_LONGEST_TEXT = 500


class ClaimQuerySchema(StrictSchema):
    """Which claims."""

    partner_id = Slug(load_default=None, metadata={"description": "for clerks"})
    state = fields.String(load_default=None, validate=validate.OneOf(_STATES))
    after = fields.UUID(load_default=None, metadata={"description": "`next` of the page before"})
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class AnswerSchema(StrictSchema):
    """What the partner says to a claim."""

    answer = fields.String(
        required=True,
        validate=validate.OneOf(_ANSWERS),
        metadata={"description": "confirmed: you know the purchase, and pay for it"},
    )
    amount_minor = Whole(
        load_default=None,
        allow_none=True,
        lowest=1,
        highest=LARGEST_SAID_MINOR,
        metadata={"description": "what was paid, in the claim's currency; null: as claimed"},
    )
    text = Text(load_default=None, allow_none=True, longest=_LONGEST_TEXT)


class ClaimSchema(Schema):
    """A claim that was sent to a partner."""

    claim_id = fields.UUID()
    store_id = fields.String()
    click_id = fields.String(allow_none=True, metadata={"description": "as it came to you"})
    conversion_id = fields.UUID(
        allow_none=True, metadata={"description": "what you reported and did not decide on"}
    )
    order_id = fields.String(allow_none=True)
    ordered_at = Moment()
    amount_minor = fields.Integer()
    currency = fields.String()
    state = fields.String()
    sent_at = Moment()
    answer_by = Moment(attribute="partner_by")
    answer = fields.String(allow_none=True)
    answer_minor = fields.Integer(allow_none=True)
    answer_text = fields.String(allow_none=True)
    answered_at = Moment(allow_none=True)


class ClaimListSchema(Schema):
    """Claims, the one that was sent first comes first."""

    data = fields.List(fields.Nested(ClaimSchema))
    next = fields.UUID(allow_none=True)
