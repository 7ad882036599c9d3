"""What partners and clerks read: receipts with the raw request, conversions; others' are a 404."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.schemas import (
    ConversionSchema,
    ReceiptListSchema,
    ReceiptQuerySchema,
    WholeReceiptSchema,
)
from services.partner_postback.partners import Directory
from services.partner_postback.store import receipts as receipt_queries
from shared.clock import Clock
from shared.identity import Access, NotAllowed, bearer
from shared.web import Blueprint


class UnknownReceipt(Exception):
    """There is no such receipt, or it is another partner's."""

    code = "unknown_receipt"

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(f"There is no receipt {receipt_id} that you may read.")


class UnknownConversion(Exception):
    """There is no such conversion, or it is another partner's."""

    code = "unknown_conversion"

    def __init__(self, conversion_id: UUID) -> None:
        super().__init__(f"There is no conversion {conversion_id} that you may read.")


def blueprint(engine: Engine, access: Access, directory: Directory, clock: Clock) -> Blueprint:
    """Build the routes for reading."""
    reading = Blueprint("reading", __name__, description="Receipts and conversions.")

    @reading.get("/receipts")
    @reading.arguments(ReceiptQuerySchema, location="query")
    @reading.response(200, ReceiptListSchema)
    def list_receipts(asked: dict[str, Any]) -> object:
        """List receipts, newest first."""
        own = _reader(access, directory, clock())
        with engine.connect() as connection:
            rows = receipt_queries.receipts(
                connection, {**asked, "partner_id": own or asked["partner_id"]}
            )
        is_full = len(rows) == asked["limit"]
        return {"data": rows, "next": rows[-1]["receipt_id"] if is_full else None}

    @reading.get("/receipts/<uuid:receipt_id>")
    @reading.response(200, WholeReceiptSchema)
    def read_receipt(receipt_id: UUID) -> object:
        """Read a receipt with the request that it answers."""
        own = _reader(access, directory, clock())
        with engine.connect() as connection:
            row = receipt_queries.receipt(connection, receipt_id, own)
        if row is None:
            raise UnknownReceipt(receipt_id)
        return _whole(row)

    @reading.get("/conversions/<uuid:conversion_id>")
    @reading.response(200, ConversionSchema)
    def read_conversion(conversion_id: UUID) -> object:
        """Read a conversion as it is now."""
        own = _reader(access, directory, clock())
        with engine.connect() as connection:
            row = receipt_queries.conversion(connection, conversion_id, own)
        if row is None:
            raise UnknownConversion(conversion_id)
        return row

    return reading


def _reader(access: Access, directory: Directory, now: datetime) -> str | None:
    """Answer the partner that asks, or None for a clerk or a service; raises NotAllowed."""
    partner = directory.by_key(bearer(request), now)
    if partner is not None:
        return partner.partner_id
    access.require_service(request)
    return None


def _whole(row: RowMapping) -> dict[str, Any]:
    body = bytes(row["body"])
    try:
        shown = body.decode()
    except UnicodeDecodeError:
        shown = ""
    raw = {
        "query": row["query"],
        "headers": row["headers"],
        "body": shown,
        "body_base64": base64.b64encode(body).decode(),
    }
    return {**row, "request": raw}


REFUSALS: dict[type[Exception], int] = {
    UnknownReceipt: 404,
    UnknownConversion: 404,
    NotAllowed: 401,
}
