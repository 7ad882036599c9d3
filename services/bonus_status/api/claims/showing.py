"""What members and clerks are shown alike: a whole claim, its file, where the next page begins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Engine, RowMapping

from services.bonus_status.handlers.claims import UnknownClaim
from services.bonus_status.store.claims import files, lists


class NoFile(LookupError):
    """Nothing is attached to the claim."""

    code = "no_file"

    def __init__(self, claim_id: UUID) -> None:
        """Name the claim."""
        super().__init__(f"No file is attached to claim {claim_id}.")


def whole(engine: Engine, claim_id: UUID, member_id: UUID | None = None) -> dict[str, Any]:
    """Answer a claim with its steps; raises UnknownClaim, also for another member's."""
    with engine.connect() as connection:
        found = lists.one(connection, claim_id, member_id)
    if found is None:
        raise UnknownClaim(claim_id)
    return found


def file_of(engine: Engine, claim_id: UUID, member_id: UUID | None = None) -> Response:
    """Answer the file as bytes to be saved, whatever is in it: no browser opens it as a page."""
    whole(engine, claim_id, member_id)
    with engine.connect() as connection:
        file = files.read(connection, claim_id)
    if file is None:
        raise NoFile(claim_id)
    answer = Response(file.content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def next_of(found: Sequence[RowMapping], limit: int) -> str | None:
    """Answer the claim that a page ends with, if one more than the page holds was found."""
    return str(found[limit - 1]["claim_id"]) if len(found) > limit else None
