"""What a clerk asks about a purchase: whose it is, and all that was reported of it."""

from operator import itemgetter
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import Engine

from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain.algebra import Status
from services.partner_postback.formats.fields import LONGEST_ID
from services.partner_postback.store.access import journeys as queries
from services.partner_postback.verdicts import Verdict
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, Text, WholeInQuery
from shared.web import Blueprint

# So many of the newest are looked through for a member's: opening each takes microseconds.
_MOST_HELD = 2_000
_WAYS = ("member_id", "order_id", "conversion_id")


class JourneyQuerySchema(StrictSchema):
    """By what to find purchases: exactly one of the three."""

    member_id = fields.UUID(load_default=None)
    order_id = Text(longest=LONGEST_ID, load_default=None)
    conversion_id = fields.UUID(load_default=None)
    limit = WholeInQuery(lowest=1, highest=200, load_default=100)

    @validates_schema
    def name_one(self, asked: dict[str, Any], **_: object) -> None:
        """See that one thing was asked for."""
        if sum(asked[way] is not None for way in _WAYS) != 1:
            message = "Give exactly one of member_id, order_id and conversion_id."
            raise ValidationError(message, "member_id")


class JourneyConversionSchema(Schema):
    """A purchase as it is now, with whose it is."""

    conversion_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    partner_id = fields.String(required=True)
    store_id = fields.String(required=True)
    order_id = fields.String(required=True)
    line_id = fields.String(required=True)
    action = fields.String(required=True)
    click_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([one.value for one in Status]))
    paid_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    ordered_at = Moment(required=True)
    changed_at = Moment(required=True)
    reason = fields.String(required=True, allow_none=True)


class JourneyReceiptSchema(Schema):
    """A report and its verdict, in short."""

    receipt_id = fields.UUID(required=True)
    partner_id = fields.String(required=True)
    order_id = fields.String(required=True)
    received_at = Moment(required=True)
    source = fields.String(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf([one.value for one in Verdict]))
    code = fields.String(required=True)
    detail = fields.String(required=True)
    conversion_id = fields.UUID(required=True, allow_none=True)


class JourneySchema(Schema):
    """Purchases and what was reported of them, both the newest first."""

    conversions = fields.List(fields.Nested(JourneyConversionSchema), required=True)
    receipts = fields.List(fields.Nested(JourneyReceiptSchema), required=True)


class PartnerNameSchema(Schema):
    """A partner, by name."""

    partner_id = fields.String(required=True)


class PartnerNamesSchema(Schema):
    """Every partner."""

    data = fields.List(fields.Nested(PartnerNameSchema), required=True)


def blueprint(engine: Engine, access: Access, clicks: ClickIds) -> Blueprint:
    """Build the routes; operators only."""
    routes = Blueprint("journeys", __name__, description="Purchases as clerks look them up.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("/journeys")
    @routes.arguments(JourneyQuerySchema, location="query")
    @routes.response(200, JourneySchema)
    def find(asked: dict[str, Any]) -> object:
        """Find a member's purchases, or whose an order is, with all that was reported of them.

        What was held or refused of an order is there too, though it is nobody's purchase yet; of a
        member what is held of his clicks.
        """
        limit, order_id = asked.pop("limit"), asked["order_id"]
        with engine.connect() as connection:
            found = queries.conversions(connection, asked, limit)
            orders = {(one["partner_id"], one["order_id"]) for one in found}
            if order_id:
                orders |= {(one, order_id) for one in queries.partners(connection)}
            reports = queries.receipts(connection, sorted(orders), limit)
            held = queries.held(connection, _MOST_HELD) if asked["member_id"] else []
        known = {one["receipt_id"] for one in reports}
        mine = [
            one
            for one in held
            if one["receipt_id"] not in known
            and (click := clicks.open(one["click_id"])) is not None
            and click.member_id == asked["member_id"]
        ]
        newest = sorted([*mine, *reports], key=itemgetter("received_at"), reverse=True)
        return {"conversions": found, "receipts": newest[:limit]}

    @routes.get("/partners")
    @routes.response(200, PartnerNamesSchema)
    def list_partners() -> object:
        """Name every partner."""
        with engine.connect() as connection:
            names = queries.partners(connection)
        return {"data": [{"partner_id": one} for one in names]}

    return routes
