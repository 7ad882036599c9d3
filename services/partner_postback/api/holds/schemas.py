"""The shapes of the held queue."""

from marshmallow import Schema, fields, validate

from services.partner_postback.api.access.schemas import Cursor
from services.partner_postback.domain.attribution import Hold
from shared.schemas import Moment, Slug, StrictSchema, Text, WholeInQuery

_TEXT = {"type": "string"}
_LONGEST_REASON = 500


class HeldQuerySchema(StrictSchema):
    """Which of what is held."""

    code = fields.String(load_default=None, validate=validate.OneOf([one.value for one in Hold]))
    partner_id = Slug(load_default=None)
    store_id = Slug(load_default=None)
    after = Cursor(load_default=None, metadata=_TEXT)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class SumSchema(Schema):
    """A sum in minor units."""

    amount_minor = fields.Integer()
    currency = fields.String()


class HeldSchema(Schema):
    """A report that is held."""

    receipt_id = fields.UUID()
    code = fields.String(metadata={"description": "stable, for programs: what holds it"})
    detail = fields.String(metadata={"description": "the same for people, as its receipt says it"})
    rule = fields.String(allow_none=True, metadata={"description": "the rule against fraud"})
    partner_id = fields.String()
    store_id = fields.String(
        allow_none=True, metadata={"description": "of its click; null: unknown, or no click"}
    )
    order_id = fields.String()
    line_id = fields.String(allow_none=True, metadata={"description": "empty: the whole order"})
    action = fields.String(allow_none=True)
    says = fields.String(allow_none=True)
    amount = fields.Nested(SumSchema, allow_none=True)
    amount_text = fields.String(
        allow_none=True, metadata={"description": "an amount whose currency was not named"}
    )
    category = fields.String(allow_none=True)
    format = fields.String()
    source = fields.String()
    since = Moment()
    tried_at = Moment(metadata={"description": "when it was last decided"})
    waived = fields.List(
        fields.String(), metadata={"description": "what clerks have let pass so far"}
    )
    waits_for = fields.String(metadata={"description": "what ends the hold by itself, or who"})
    can_release = fields.Boolean()
    what_to_do = fields.String(
        allow_none=True, metadata={"description": "instead, where you cannot release it"}
    )


class HeldListSchema(Schema):
    """A page of what is held, what waits longest first."""

    data = fields.List(fields.Nested(HeldSchema))
    next = Cursor(
        allow_none=True, metadata={"description": "send as `after` for the next page", **_TEXT}
    )


class SaidSchema(StrictSchema):
    """Who decides and why; both are kept, and a refused partner reads the reason."""

    clerk = Slug(required=True)
    reason = Text(required=True, longest=_LONGEST_REASON)
