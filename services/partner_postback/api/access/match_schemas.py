"""The shapes of the three-way match: what is asked, and what a report says."""

from datetime import date

from marshmallow import Schema, fields, validate

from services.partner_postback.formats.request import Source
from services.partner_postback.match.period import MOST_DAYS
from services.partner_postback.match.rows import About, Outcome
from services.partner_postback.match.sides import Field
from shared.schemas import Moment, Slug, StrictSchema, Text

_SIDES = [one.value for one in Source]
_A_SIDE = fields.String(validate=validate.OneOf(_SIDES))


def _day(name: str, description: str) -> fields.Date:
    return fields.Date(
        data_key=name,
        required=True,
        format="%Y-%m-%d",
        validate=validate.Range(date(2000, 1, 1), date(2199, 12, 31)),
        metadata={"description": description},
    )


class MatchQuerySchema(StrictSchema):
    """Which report."""

    partner_id = Slug(
        load_default=None, metadata={"description": "clerks name it; a partner reads its own"}
    )
    first = _day("from", "the first day, of Europe/Moscow: by when lines were ordered")
    end = _day("to", f"the day after the last; at most {MOST_DAYS} days")
    sides = Text(
        load_default=None,
        validate=validate.Regexp(
            rf"(?:{'|'.join(_SIDES)})(?:,(?:{'|'.join(_SIDES)}))*\Z",
            error=f"Name sides with commas between them. There are {', '.join(_SIDES)}.",
        ),
        metadata={
            "description": "which sides take part, as `push,file`; left out: those of which "
            "anything came since the first day"
        },
    )
    rows = fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "open", "none"]),
        metadata={"description": "`open`: those that did not agree; `none`: the summary alone"},
    )
    format = fields.String(load_default="json", validate=validate.OneOf(["json", "csv"]))


class ValuesSchema(Schema):
    """What a side says, or what counts; null: nothing is said of it."""

    status = fields.String(
        allow_none=True, metadata={"description": "null: no decision is known of yet"}
    )
    amount_minor = fields.Integer(allow_none=True)
    currency = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    click_id = fields.String(allow_none=True)


class SideSchema(Schema):
    """What one side says of a line, and the newest receipt of it."""

    values = fields.Nested(ValuesSchema)
    receipt_id = fields.UUID(allow_none=True, metadata={"description": "null: a sum of lines"})


class DifferenceSchema(Schema):
    """A field of which not all say the same."""

    field = fields.String(validate=validate.OneOf([one.value for one in Field]))
    sides = fields.Dict(keys=_A_SIDE, metadata={"description": "what each side says"})
    counts = fields.Raw(
        allow_none=True,
        metadata={"description": "the conversion's value; null: none is recorded, or named"},
    )
    decided_by = fields.List(
        _A_SIDE, metadata={"description": "the sides whose messages made it what it is"}
    )


class MatchRowSchema(Schema):
    """One line of an order, or what is said of several lines as one sum."""

    about = fields.String(validate=validate.OneOf([one.value for one in About]))
    order_id = fields.String()
    line_id = fields.String()
    action = fields.String()
    ordered_at = Moment()
    outcome = fields.String(validate=validate.OneOf([one.value for one in Outcome]))
    missing = fields.List(_A_SIDE, metadata={"description": "which sides say nothing of it"})
    differences = fields.List(fields.Nested(DifferenceSchema))
    sides = fields.Dict(keys=_A_SIDE, values=fields.Nested(SideSchema))
    counts = fields.Nested(
        ValuesSchema, allow_none=True, metadata={"description": "null: no conversion is recorded"}
    )
    conversion_id = fields.UUID(allow_none=True)


class MatchSummarySchema(Schema):
    """How many rows of the whole period, shown or not."""

    rows = fields.Integer()
    agreed = fields.Integer()
    missing = fields.Integer()
    different = fields.Integer()
    too_many_messages = fields.Integer(
        metadata={"description": "orders of which more was said than a report looks at"}
    )
    said_by = fields.Dict(keys=_A_SIDE, values=fields.Integer())
    missing_in = fields.Dict(keys=_A_SIDE, values=fields.Integer())
    different_in = fields.Dict(keys=fields.String(), values=fields.Integer())
    not_recorded = fields.Integer(metadata={"description": "rows without a conversion"})


class MatchSchema(Schema):
    """A report: the rows as a stream, the summary at its end."""

    partner_id = fields.String()
    first = fields.Date(data_key="from")
    end = fields.Date(data_key="to")
    sides = fields.List(_A_SIDE, metadata={"description": "which took part"})
    data = fields.List(fields.Nested(MatchRowSchema))
    summary = fields.Nested(MatchSummarySchema)
