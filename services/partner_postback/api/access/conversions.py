"""Conversions with what was said of them, as a partner or a clerk reads them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.access.schemas import (
    ConversionListSchema,
    ConversionQuerySchema,
    WholeConversionSchema,
)
from services.partner_postback.store.access import conversions as conversion_queries
from shared.web import Blueprint


class UnknownConversion(Exception):
    """There is no such conversion, or it is another partner's."""

    code = "unknown_conversion"

    def __init__(self, conversion_id: UUID) -> None:
        super().__init__(f"There is no conversion {conversion_id} that you may read.")


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

    return conversions


REFUSALS: dict[type[Exception], int] = {UnknownConversion: 404}
