"""Claims that were sent to a partner: read and answered with its own key, or by a clerk for it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.claims.schemas import (
    AnswerSchema,
    ClaimListSchema,
    ClaimQuerySchema,
    ClaimSchema,
)
from services.partner_postback.events import claim_answered
from services.partner_postback.store import claims as claim_queries
from shared import event_log
from shared.web import Blueprint


class UnknownClaim(LookupError):
    """There is no such claim, or it was not sent to who asks."""

    code = "unknown_claim"

    def __init__(self, claim_id: UUID) -> None:
        super().__init__(f"There is no claim {claim_id} that you may answer.")


class AnsweredAlready(Exception):
    """A claim is answered once."""

    code = "answered_already"

    def __init__(self, claim: RowMapping) -> None:
        said, at = claim["answer"], claim["answered_at"]
        super().__init__(f"Claim {claim['claim_id']} was answered at {at:%Y-%m-%d %H:%M}: {said}.")


class NothingToAnswer(Exception):
    """The claim has gone on, and nobody waits for an answer."""

    code = "nothing_to_answer"

    def __init__(self, claim: RowMapping) -> None:
        super().__init__(f"Claim {claim['claim_id']} waits for no answer: it is {claim['state']}.")


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes of claims."""
    claims = Blueprint("claims", __name__, description="Members' claims, answered by partners.")

    @claims.get("/claims")
    @claims.arguments(ClaimQuerySchema, location="query")
    @claims.response(200, ClaimListSchema)
    def list_claims(asked: dict[str, Any]) -> object:
        """List the claims that were sent to a partner; `state=sent`: those to be answered."""
        partner_id = reader.readable(asked.pop("partner_id"))
        with engine.connect() as connection:
            rows = claim_queries.of_partner(connection, {**asked, "partner_id": partner_id})
        is_full = len(rows) == asked["limit"]
        return {"data": rows, "next": rows[-1]["claim_id"] if is_full else None}

    @claims.post("/claims/<uuid:claim_id>/answer")
    @claims.arguments(AnswerSchema)
    @claims.response(200, ClaimSchema)
    @claims.alt_response(409, description="answered already, or nobody waits for an answer")
    def answer(sent: dict[str, Any], claim_id: UUID) -> object:
        """Answer a claim, once: whether you know the purchase and pay for it, and how much it was.

        The same answer again is no mistake.
        """
        own = reader.own_or_clerk()
        given = {
            "answer": sent["answer"],
            "answer_minor": sent["amount_minor"],
            "answer_text": sent["text"],
        }
        with engine.begin() as connection:
            claim = claim_queries.lock(connection, claim_id, own)
            if claim is None:
                raise UnknownClaim(claim_id)
            if claim["answer"] is not None:
                if all(claim[name] == said for name, said in given.items()):
                    return claim
                raise AnsweredAlready(claim)
            if claim["state"] != "sent" or claim["partner_id"] is None:
                raise NothingToAnswer(claim)
            answered = {**claim, **given, "answered_at": reader.clock()}
            claim_queries.answer(connection, claim_id, answered)
            event_log.add(connection, [claim_answered(answered)])
        return answered

    return claims


REFUSALS: dict[type[Exception], int] = {
    UnknownClaim: 404,
    AnsweredAlready: 409,
    NothingToAnswer: 409,
}
