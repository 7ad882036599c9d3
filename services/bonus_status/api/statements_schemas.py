"""The shapes of statements."""

from marshmallow import fields, validate

from services.bonus_status.statements.languages import ENGLISH, LANGUAGES
from services.bonus_status.statements.statement import Kind
from shared.schemas import Moment, StrictSchema

FORMATS = ("json", "csv", "pdf")


class StatementQuerySchema(StrictSchema):
    """How to write it."""

    format = fields.String(validate=validate.OneOf(FORMATS), load_default="json")
    language = fields.String(
        validate=validate.OneOf(LANGUAGES),
        load_default=ENGLISH,
        metadata={"description": "of what happened, and of all that a PDF says"},
    )


class LineSchema(StrictSchema):
    """One change of what the member holds; above zero a gain."""

    posted_at = Moment(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    points = fields.Integer(required=True)
    in_words = fields.String(required=True)
    bonus_id = fields.UUID(required=True)
    store_id = fields.String(required=True, allow_none=True)
    store_name = fields.String(required=True)
    payout_id = fields.UUID(required=True, allow_none=True)


class StatementSchema(StrictSchema):
    """A month of a member in points: opening + earned + corrected - spent = closing."""

    member_id = fields.UUID(required=True)
    month = fields.String(required=True, metadata={"description": "of Europe/Moscow: 2026-12"})
    is_final = fields.Boolean(
        required=True,
        metadata={"description": "the month is over; what is heard of it later is in a later one"},
    )
    opening = fields.Integer(
        required=True, metadata={"description": "accrued or reserved; below zero a debt"}
    )
    earned = fields.Integer(required=True)
    corrected = fields.Integer(required=True, metadata={"description": "below zero: taken back"})
    spent = fields.Integer(required=True)
    closing = fields.Integer(required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    lines_left_out = fields.Integer(
        required=True, metadata={"description": "beyond the first 2 000; counted in the sums"}
    )
