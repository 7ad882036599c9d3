"""What notifications fetches to send a letter; it keeps none of it."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import Response, current_app, request
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.members.letters.domain import Content, UnknownLetter
from services.members.letters.writing import Letters
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {UnknownLetter: 404}
blueprint = Blueprint("letters", __name__, description="Letters, for the service that sends them.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the view needs, made once per process."""

    engine: Engine
    access: Access
    clock: Clock
    letters: Letters


class LetterSchema(Schema):
    """Whom to send a letter, and what stands in its text; used for it and kept nowhere."""

    to = fields.String(metadata={"description": "a number or an e-mail address"})
    facts = fields.Dict(keys=fields.String(), values=fields.String())


@blueprint.get("/letters/<uuid:letter_id>")
@blueprint.response(200, LetterSchema)
def letter(letter_id: UUID) -> Content:
    """Open a letter for the service that sends it; 404 once it is over, used or replaced."""
    desk = cast("Desk", current_app.extensions["letters"])
    desk.access.require_service(request)
    with desk.engine.connect() as connection:
        return desk.letters.open(connection, letter_id, desk.clock())


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let no cache on the way keep codes."""
    response.headers["Cache-Control"] = "no-store"
    return response
