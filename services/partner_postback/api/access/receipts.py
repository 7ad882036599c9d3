"""Receipts with the raw request, as a partner or a clerk reads them; others' are a 404."""

import base64
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.access.schemas import (
    ReceiptListSchema,
    ReceiptQuerySchema,
    WholeReceiptSchema,
)
from services.partner_postback.store.access import receipts as receipt_queries
from services.partner_postback.store.holds import queue
from shared.web import Blueprint

# Which of our clerks decided is not for partners to know.
_TO_PARTNERS = "operator"


class UnknownReceipt(Exception):
    """There is no such receipt, or it is another partner's."""

    code = "unknown_receipt"

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(f"There is no receipt {receipt_id} that you may read.")


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes of receipts."""
    receipts = Blueprint("receipts", __name__, description="What came, and what became of it.")

    @receipts.get("/receipts")
    @receipts.arguments(ReceiptQuerySchema, location="query")
    @receipts.response(200, ReceiptListSchema)
    def list_receipts(asked: dict[str, Any]) -> object:
        """List receipts, newest first."""
        own = reader.own()
        with engine.connect() as connection:
            rows = receipt_queries.receipts(connection, own, asked)
        is_full = len(rows) == asked["limit"]
        return {"data": rows, "next": rows[-1]["receipt_id"] if is_full else None}

    @receipts.get("/receipts/<uuid:receipt_id>")
    @receipts.response(200, WholeReceiptSchema)
    def read_receipt(receipt_id: UUID) -> object:
        """Read a receipt with the request that it answers."""
        own = reader.own()
        with engine.connect() as connection:
            row = receipt_queries.receipt(connection, receipt_id, own)
            decisions = queue.decisions(connection, receipt_id)
        if row is None:
            raise UnknownReceipt(receipt_id)
        if own is not None:
            decisions = [{**one, "decided_by": _TO_PARTNERS} for one in decisions]
        return {**_whole(row), "decisions": decisions}

    return receipts


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


REFUSALS: dict[type[Exception], int] = {UnknownReceipt: 404}
