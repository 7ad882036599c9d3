"""A member's claims: opened, shown, a file attached, withdrawn; another's do not exist."""

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.bonus_status.api.claims import schemas
from services.bonus_status.api.claims.showing import file_of, next_of, whole
from services.bonus_status.claims import files
from services.bonus_status.claims.opening import Filed
from services.bonus_status.handlers import claims as handlers
from services.bonus_status.store.claims import lists
from shared.body import Uploads, told_length
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import LARGEST_INTEGER
from shared.web import Blueprint

# Each keeps a thread until its sender is done; balances need the others.
_MOST_UPLOADS_AT_ONCE = 2
_FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("my_claims", __name__, description="My cashback did not come.")
    uploads = Uploads(_MOST_UPLOADS_AT_ONCE, most_of_one=1)

    @routes.post("/me/claims")
    @routes.arguments(schemas.FiledSchema)
    @routes.response(201, schemas.MyWholeClaimSchema)
    @routes.alt_response(409, description="too early (with the date), or decided, or claimed")
    def open_claim(sent: dict[str, Any]) -> object:
        """Open a claim once the store's deadline has passed; before it the answer is the date."""
        member_id = access.subject(request)
        with engine.begin() as connection:
            claim_id = handlers.file_claim(connection, member_id, Filed(**sent), clock())
        return whole(engine, UUID(claim_id), member_id)

    @routes.get("/me/claims")
    @routes.arguments(schemas.PageQuerySchema, location="query")
    @routes.response(200, schemas.MyClaimPageSchema)
    def my_claims(asked: dict[str, Any]) -> object:
        """List the signed-in member's claims, the newest first."""
        member_id, limit = access.subject(request), asked["limit"]
        with engine.connect() as connection:
            found = lists.of_member(connection, member_id, asked.get("after"), limit + 1)
        return {"data": found[:limit], "next": next_of(found, limit)}

    @routes.get("/me/claims/<uuid:claim_id>")
    @routes.response(200, schemas.MyWholeClaimSchema)
    def my_claim(claim_id: UUID) -> object:
        """Answer one of the signed-in member's claims; another's is unknown."""
        return whole(engine, claim_id, access.subject(request))

    @routes.post("/me/claims/<uuid:claim_id>/withdraw")
    @routes.response(200, schemas.MyWholeClaimSchema)
    @routes.alt_response(409, description="it has ended")
    def withdraw(claim_id: UUID) -> object:
        """Take a claim back."""
        member_id = access.subject(request)
        with engine.begin() as connection:
            handlers.withdraw(connection, member_id, claim_id, clock())
        return whole(engine, claim_id, member_id)

    @routes.put("/me/claims/<uuid:claim_id>/file")
    @routes.arguments(schemas.FileQuerySchema, location="query")
    @routes.doc(requestBody=_FILE_BODY)
    @routes.response(200, schemas.MyWholeClaimSchema)
    @routes.alt_response(413, description="larger than 5 MB")
    def attach(asked: dict[str, Any], claim_id: UUID) -> object:
        """Attach a receipt, at most 5 MB, in place of the one before: the body is the file."""
        member_id, name = access.subject(request), asked["name"]
        whole(engine, claim_id, member_id)  # before a byte of the file is read
        files.extension_of(name)
        request.max_content_length = LARGEST_INTEGER  # who reads the stream counts for itself
        with uploads.one_of(str(member_id)):
            content = files.receive(request.stream, told_length())
            with engine.begin() as connection:
                handlers.attach(connection, member_id, claim_id, name, content, clock())
        return whole(engine, claim_id, member_id)

    @routes.get("/me/claims/<uuid:claim_id>/file")
    @routes.response(200, content_type="application/octet-stream")
    def my_file(claim_id: UUID) -> Response:
        """Download the file of one's own claim."""
        return file_of(engine, claim_id, access.subject(request))

    return routes
