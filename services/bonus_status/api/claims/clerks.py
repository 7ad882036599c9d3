"""The queue of claims: what waits, and a clerk's steps, each with who, why and what was seen."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.bonus_status.api.claims import schemas
from services.bonus_status.api.claims.showing import file_of, next_of, whole
from services.bonus_status.claims import domain
from services.bonus_status.claims.domain import Answer, Claim, PartnerSays
from services.bonus_status.handlers import claims as handlers
from services.bonus_status.store.claims import lists
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

_CHANGED = "decided by somebody else meanwhile: by whom and when, or not possible where it stands"


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("claims", __name__, description="Members' claims, for clerks.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    _add_reading(routes, engine, clock)
    _add_deciding(routes, engine, clock)
    return routes


def _add_reading(routes: Blueprint, engine: Engine, clock: Clock) -> None:
    @routes.get("/claims")
    @routes.arguments(schemas.QueueSchema, location="query")
    @routes.response(200, schemas.ClaimPageSchema)
    def list_claims(asked: dict[str, Any]) -> object:
        """List claims, that first of which the answer is due first."""
        limit = asked.pop("limit")
        wanted = {"after": None, **asked, "overdue": asked["overdue"] == "true", "limit": limit + 1}
        with engine.connect() as connection:
            found = lists.for_clerks(connection, wanted, clock())
        return {"data": found[:limit], "next": next_of(found, limit)}

    @routes.get("/claims/<uuid:claim_id>")
    @routes.response(200, schemas.WholeClaimSchema)
    def read_claim(claim_id: UUID) -> object:
        """Answer a claim with who did what, when and why."""
        return whole(engine, claim_id)

    @routes.get("/claims/<uuid:claim_id>/file")
    @routes.response(200, content_type="application/octet-stream")
    def read_file(claim_id: UUID) -> Response:
        """Download what the member attached; it is a stranger's file."""
        return file_of(engine, claim_id)


def _add_deciding(routes: Blueprint, engine: Engine, clock: Clock) -> None:
    def decided(
        claim_id: UUID, sent: dict[str, Any], decision: Callable[[Claim], Claim], why: str | None
    ) -> object:
        with engine.begin() as connection:
            handlers.decide(connection, claim_id, sent["version"], decision, why)
        return whole(engine, claim_id)

    @routes.post("/claims/<uuid:claim_id>/send")
    @routes.arguments(schemas.SendSchema)
    @routes.response(200, schemas.WholeClaimSchema)
    @routes.alt_response(409, description=_CHANGED)
    def send(sent: dict[str, Any], claim_id: UUID) -> object:
        """Send a claim to its partner: by its webhook, if it has one, and shown to its key."""
        decision = partial(domain.send, who=sent["clerk"], at=clock())
        return decided(claim_id, sent, decision, sent["reason"])

    @routes.post("/claims/<uuid:claim_id>/answer")
    @routes.arguments(schemas.AnswerSchema)
    @routes.response(200, schemas.WholeClaimSchema)
    @routes.alt_response(409, description=_CHANGED)
    def answer(sent: dict[str, Any], claim_id: UUID) -> object:
        """Enter what the partner answered, where it did not do so itself."""
        says = PartnerSays(sent["partner_answer"])
        given = Answer(says, sent["amount_minor"], sent["text"])
        decision = partial(domain.answer, given=given, who=sent["clerk"], at=clock())
        return decided(claim_id, sent, decision, sent["text"])

    @routes.post("/claims/<uuid:claim_id>/accept")
    @routes.arguments(schemas.AcceptSchema)
    @routes.response(200, schemas.WholeClaimSchema)
    @routes.alt_response(409, description=_CHANGED)
    def accept(sent: dict[str, Any], claim_id: UUID) -> object:
        """Accept what the partner confirmed: it becomes a conversion, and that a bonus.

        Refused (`order_decided`) when the store has decided on the whole order meanwhile.
        """

        def decision(claim: Claim) -> Claim:
            who, reason = sent["clerk"], sent["reason"]
            return domain.accept(claim, sent["amount_minor"], reason, who, clock())

        return decided(claim_id, sent, decision, sent["reason"])

    @routes.post("/claims/<uuid:claim_id>/refuse")
    @routes.arguments(schemas.RefuseSchema)
    @routes.response(200, schemas.WholeClaimSchema)
    @routes.alt_response(409, description=_CHANGED)
    def refuse(sent: dict[str, Any], claim_id: UUID) -> object:
        """Refuse a claim; its member reads the reason."""
        reason = sent["reason"]
        decision = partial(domain.refuse, reason=reason, who=sent["clerk"], at=clock())
        return decided(claim_id, sent, decision, reason)
