"""The held queue over HTTP: what waits and for what, released or refused with a reason."""

from typing import Any
from uuid import UUID

import msgspec
from flask import request
from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.holds.schemas import (
    HeldListSchema,
    HeldQuerySchema,
    SaidSchema,
)
from services.partner_postback.api.schemas import VerdictSchema
from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.domain.waiving import may_waive
from services.partner_postback.holds.clerk import (
    CannotKeep,
    CannotRelease,
    Desk,
    NoSuchReceipt,
    NotHeld,
    Said,
)
from services.partner_postback.holds.sentences import WAITS_FOR, WHAT_TO_DO
from services.partner_postback.store.holds import queue
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, desk: Desk) -> Blueprint:
    """Build the routes of the queue."""
    held = Blueprint("held", __name__, description="What is held; for clerks.")

    @held.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @held.get("/held")
    @held.arguments(HeldQuerySchema, location="query")
    @held.response(200, HeldListSchema)
    def list_held(asked: dict[str, Any]) -> object:
        """List what is held, what waits longest first: why, for what, and whether you may release.

        Each is decided again by itself as soon as what it waits for may have come.
        """
        after = asked.pop("after")
        with engine.connect() as connection:
            rows = queue.waiting(connection, asked, after)
        last = rows[-1] if len(rows) == asked["limit"] else None
        place = last and (last["since"], last["receipt_id"])
        return {"data": [_shown(row) for row in rows], "next": place}

    @held.post("/held/<uuid:receipt_id>/release")
    @held.arguments(SaidSchema)
    @held.response(200, VerdictSchema)
    @held.alt_response(409, description="not held any more, or it cannot be released")
    def release(sent: dict[str, Any], receipt_id: UUID) -> object:
        """Let a report pass what holds it, that alone; it is decided again at once.

        It may be held again, by the next thing: the answer is its new verdict.
        """
        return desk.release(receipt_id, Said(**sent))

    @held.post("/held/<uuid:receipt_id>/refuse")
    @held.arguments(SaidSchema)
    @held.response(200, VerdictSchema)
    @held.alt_response(409, description="not held any more")
    def refuse(sent: dict[str, Any], receipt_id: UUID) -> object:
        """Refuse a report for good; its receipt says your reason."""
        return desk.refuse(receipt_id, Said(**sent))

    return held


def _shown(row: RowMapping) -> dict[str, Any]:
    hold = Hold(row["code"])
    said = row["said"] or {}
    message = msgspec.convert(said, Message) if said else None
    can_release = may_waive(hold, message)
    return {
        **row,
        "line_id": said.get("line_id"),
        "action": said.get("action"),
        "says": said.get("says"),
        "amount": said.get("amount"),
        "amount_text": said.get("amount_text"),
        "category": said.get("category"),
        "waits_for": WAITS_FOR[hold],
        "can_release": can_release,
        "what_to_do": None if can_release else WHAT_TO_DO[hold],
    }


REFUSALS: dict[type[Exception], int] = {
    NotHeld: 409,
    CannotRelease: 409,
    NoSuchReceipt: 404,
    CannotKeep: 503,
}
