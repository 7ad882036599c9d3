"""The shapes of the exposure report."""

from marshmallow import fields, validate

from shared.schemas import Moment, StrictSchema, Text

FORMATS = ("json", "csv", "html")


class ExposureQuerySchema(StrictSchema):
    """Which months, both included, and how to write it; by default the last twelve."""

    from_ = Text(data_key="from", longest=7, metadata={"description": "a month: 2026-01"})
    to = Text(longest=7, metadata={"description": "a month; at most 120 in all"})
    format = fields.String(validate=validate.OneOf(FORMATS), load_default="json")


class SumsSchema(StrictSchema):
    """Points by how they stand now; promised + agreed + funded + paid - taken_back is owed."""

    promised = fields.Integer(required=True, metadata={"description": "the store has not said yet"})
    agreed = fields.Integer(required=True, metadata={"description": "said yes, has not paid us"})
    funded = fields.Integer(required=True, metadata={"description": "paid by the store, unspent"})
    paid = fields.Integer(required=True, metadata={"description": "spent by members"})
    overdue = fields.Integer(
        required=True, metadata={"description": "of promised and agreed: past the deadline"}
    )
    taken_back = fields.Integer(
        required=True, metadata={"description": "of paid: refused by the store afterwards"}
    )


class StoreSumsSchema(SumsSchema):
    """One store."""

    store_id = fields.String(required=True)
    store_name = fields.String(required=True)


class MonthSumsSchema(SumsSchema):
    """The bonuses that appeared in one month of Europe/Moscow."""

    month = fields.String(required=True)


class ExposureSchema(StrictSchema):
    """Who owes what for the purchases of a period, as it stands now."""

    from_ = fields.String(required=True, data_key="from")
    to = fields.String(required=True)
    as_of = Moment(required=True)
    totals = fields.Nested(SumsSchema, required=True)
    stores = fields.List(
        fields.Nested(StoreSumsSchema), required=True, metadata={"description": "largest first"}
    )
    months = fields.List(fields.Nested(MonthSumsSchema), required=True)
