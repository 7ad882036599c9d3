"""Conversions with what was said of them, as a partner or a clerk reads them."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.access.schemas import (
    ConversionListSchema,
    ConversionQuerySchema,
    WholeConversionSchema,
)
from services.partner_postback.store.access import conversions as conversion_queries
from services.partner_postback.store.access import evidence
from shared.schemas import Moment
from shared.web import Blueprint


class UnknownConversion(Exception):
    """There is no such conversion, or it is another partner's."""

    code = "unknown_conversion"

    def __init__(self, conversion_id: UUID) -> None:
        super().__init__(f"There is no conversion {conversion_id} that you may read.")


class RawSchema(Schema):
    """The raw bytes of a request: their hashes alone, for whoever kept them to compare."""

    method = fields.String(required=True)
    query_sha256 = fields.String(required=True, metadata={"description": "of what follows the ?"})
    body_sha256 = fields.String(required=True)
    body_bytes = fields.Integer(required=True)


class EvidenceReceiptSchema(Schema):
    """A receipt: what it answered, how its request was read, and the request's hash."""

    receipt_id = fields.UUID(required=True)
    received_at = Moment(required=True)
    source = fields.String(required=True)
    source_id = fields.UUID(required=True, allow_none=True)
    row_number = fields.Integer(required=True, allow_none=True)
    format = fields.String(required=True)
    format_version = fields.String(required=True)
    verdict = fields.String(required=True)
    code = fields.String(required=True)
    raw = fields.Nested(RawSchema, required=True)


class EvidenceSchema(Schema):
    """A conversion's business key, its click, and the messages that made it what it is."""

    conversion_id = fields.UUID(required=True)
    partner_id = fields.String(required=True)
    order_id = fields.String(required=True)
    line_id = fields.String(required=True)
    action = fields.String(required=True)
    click_id = fields.String(required=True)
    receipts = fields.List(fields.Nested(EvidenceReceiptSchema), required=True)


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes of conversions."""
    conversions = Blueprint("conversions", __name__, description="What purchases came to.")

    @conversions.get("/conversions")
    @conversions.arguments(ConversionQuerySchema, location="query")
    @conversions.response(200, ConversionListSchema)
    def list_conversions(asked: dict[str, Any]) -> object:
        """List a partner's conversions and what was said of each, by when they changed last.

        The oldest change comes first; what changes while you page comes again.
        """
        partner_id = reader.readable(asked.pop("partner_id"))
        after = asked.pop("after")
        with engine.connect() as connection:
            rows = conversion_queries.conversions(connection, partner_id, asked, after)
            shown = conversion_queries.with_messages(connection, rows)
        last = rows[-1] if len(rows) == asked["limit"] else None
        return {"data": shown, "next": last and (last["changed_at"], last["conversion_id"])}

    @conversions.get("/conversions/<uuid:conversion_id>")
    @conversions.response(200, WholeConversionSchema)
    def read_conversion(conversion_id: UUID) -> object:
        """Read a conversion as it is now, and what was said of it."""
        own = reader.own()
        with engine.connect() as connection:
            row = conversion_queries.conversion(connection, conversion_id, own)
            if row is None:
                raise UnknownConversion(conversion_id)
            return conversion_queries.with_messages(connection, [row])[0]

    @conversions.get("/conversions/<uuid:conversion_id>/evidence")
    @conversions.response(200, EvidenceSchema)
    def read_evidence(conversion_id: UUID) -> object:
        """Read what proves a conversion: its click, and its messages by the hash of their bytes."""
        own = reader.own()
        with engine.connect() as connection:
            row = conversion_queries.conversion(connection, conversion_id, own)
            if row is None:
                raise UnknownConversion(conversion_id)
            return {**row, "receipts": evidence.receipts(connection, row)}

    return conversions


REFUSALS: dict[type[Exception], int] = {UnknownConversion: 404}
