"""Proofs of bonuses for their members and for clerks; keys and anchors for everybody."""

from typing import Any
from uuid import UUID

from flask import Response, request

from services.bonus_status.api import proof_schemas as schemas
from services.bonus_status.api.bonuses import UnknownBonus
from services.bonus_status.proof.making import Prover
from services.bonus_status.store import anchors
from shared.identity import Access
from shared.signed import canonical
from shared.web import Blueprint


def blueprint(prover: Prover, access: Access) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("proof", __name__, description="What proves a bonus, to be checked offline.")

    @routes.get("/me/bonuses/<uuid:bonus_id>/proof")
    @routes.response(200, schemas.ProofSchema)
    def my_proof(bonus_id: UUID) -> Response:
        """Answer the proof of one of the signed-in member's bonuses; another's is unknown."""
        return _answer(prover, bonus_id, str(access.subject(request)))

    @routes.get("/bonuses/<uuid:bonus_id>/proof")
    @routes.response(200, schemas.ProofSchema)
    def proof(bonus_id: UUID) -> Response:
        """Answer the proof of a bonus, for clerks."""
        access.require_operator(request)
        return _answer(prover, bonus_id)

    @routes.get("/proof-keys")
    @routes.response(200, schemas.KeysSchema)
    def keys() -> object:
        """Answer the public keys, for everybody: save them before they are needed."""
        return {"keys": prover.signer.public_keys}

    @routes.get("/proof-anchors")
    @routes.arguments(schemas.AnchorsQuerySchema, location="query")
    @routes.response(200, schemas.AnchorsSchema)
    def list_anchors(asked: dict[str, Any]) -> object:
        """List the daily anchors of all chains, for everybody."""
        with prover.engine.connect() as connection:
            found = anchors.newest(connection, asked["limit"], asked["before"])
        return {"data": [one._asdict() for one in found]}

    return routes


def _answer(prover: Prover, bonus_id: UUID, member_id: str | None = None) -> Response:
    proof = prover.prove(bonus_id, member_id)
    if proof is None:
        raise UnknownBonus(bonus_id)
    return Response(canonical(proof), content_type="application/json")
