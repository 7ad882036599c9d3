"""Corrections by clerks: above the limit by two of them."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.bonus_status.api.sources import schemas
from services.bonus_status.domain import Source
from services.bonus_status.handlers import corrections as handlers
from services.bonus_status.sources.rules import gift_id
from services.bonus_status.store.sources import corrections
from services.bonus_status.store.sources.corrections import Correction
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    corrections.UnknownCorrection: 404,
    handlers.UnknownMember: 404,
    handlers.OtherCommand: 409,
    handlers.NeedsAnotherPerson: 409,
    handlers.DecidedAlready: 409,
    handlers.NothingLeft: 409,
}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("corrections", __name__, description="Accounts corrected by hand.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.post("/corrections")
    @routes.arguments(schemas.NewCorrectionSchema)
    @routes.response(201, schemas.CorrectionSchema)
    def correct(sent: dict[str, Any]) -> object:
        """Give or take points; above the limit of the rule `corrections` another clerk approves.

        What one clerk gives and takes alone for one member within 24 hours counts together.
        The same command sent twice is answered as it stands now.
        """
        command_id = str(sent["command_id"])
        new = Correction(
            command_id,
            gift_id(Source.CORRECTION, command_id),
            str(sent["member_id"]),
            sent["kind"],
            sent["amount"],
            sent["reason"],
            sent["clerk"],
            clock(),
            "waiting",
        )
        with engine.begin() as connection:
            return handlers.correct(connection, new)

    @routes.get("/corrections")
    @routes.arguments(schemas.CorrectionsQuery, location="query")
    @routes.response(200, schemas.CorrectionListSchema)
    def list_corrections(asked: dict[str, Any]) -> object:
        """List the last corrections, of one state or of all."""
        with engine.connect() as connection:
            return {"data": corrections.listed(connection, asked.get("state"))}

    @routes.get("/corrections/<uuid:correction_id>")
    @routes.response(200, schemas.CorrectionSchema)
    def read_correction(correction_id: UUID) -> object:
        """Answer a correction."""
        with engine.connect() as connection:
            return corrections.find(connection, str(correction_id))

    @routes.post("/corrections/<uuid:correction_id>/approve")
    @routes.arguments(schemas.ApprovalSchema)
    @routes.response(200, schemas.CorrectionSchema)
    def approve(sent: dict[str, Any], correction_id: UUID) -> object:
        """Approve, as the second person; the points move now."""
        with engine.begin() as connection:
            return handlers.approve(connection, str(correction_id), sent["clerk"], clock())

    @routes.post("/corrections/<uuid:correction_id>/refuse")
    @routes.arguments(schemas.ByClerkSchema)
    @routes.response(200, schemas.CorrectionSchema)
    def refuse(sent: dict[str, Any], correction_id: UUID) -> object:
        """Refuse, as the second person, with a reason."""
        asked = (str(correction_id), sent["clerk"], sent["reason"], clock())
        with engine.begin() as connection:
            return handlers.refuse(connection, *asked)

    return routes
