"""Numbers and codes for other services, for the one call that needs them; they keep none."""

from typing import Any
from uuid import UUID

from flask import request

from services.members.relatives import asking, store
from services.members.relatives.desk import here
from services.members.relatives.domain import Question
from services.members.relatives.schemas import (
    ContactsSchema,
    QuestionSchema,
    WantedContactsSchema,
)
from shared.web import Blueprint

blueprint = Blueprint("contacts", __name__, description="Numbers and codes, for services alone.")


@blueprint.post("/contacts")
@blueprint.arguments(WantedContactsSchema)
@blueprint.response(200, ContactsSchema)
def contacts(sent: dict[str, Any]) -> dict[str, Any]:
    """Answer the numbers of many at once; who has none to be topped up is missing."""
    desk = here()
    desk.access.require_service(request)
    with desk.engine.connect() as connection:
        return {
            "members": store.phones_of_members(connection, sent["members"]),
            "relatives": store.phones_of_relatives(connection, sent["relatives"]),
        }


@blueprint.get("/relatives/<uuid:relative_id>/questions/<int:number>")
@blueprint.response(200, QuestionSchema)
def question(relative_id: UUID, number: int) -> Question:
    """Open a question for the service that sends it; 404 once it is answered, over or replaced."""
    desk = here()
    desk.access.require_service(request)
    with desk.engine.connect() as connection:
        return asking.question(connection, relative_id, number, desk.codes, desk.clock())
