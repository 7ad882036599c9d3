"""The HTTP edge: a clerk asks what a member was told."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from flask import current_app, request
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.notifications import store, texts
from services.notifications.domain import Kind, State
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, WholeInQuery
from shared.web import Blueprint

blueprint = Blueprint("messages", __name__, description="What members were told.")
# Nobody but the member sees a code, a clerk included.
_HIDDEN = {"code": "••••", "denomination": "…"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need, made once per process."""

    engine: Engine
    access: Access


class MessagesQuery(StrictSchema):
    """Whose messages, and how many."""

    member_id = fields.UUID(required=True)
    limit = WholeInQuery(lowest=1, highest=200, load_default=50)


class MessageSchema(Schema):
    """A message to a member; a certificate's code is not shown."""

    message_id = fields.UUID()
    member_id = fields.UUID()
    kind = fields.Enum(Kind, by_value=True)
    text = fields.String()
    state = fields.Enum(State, by_value=True)
    attempts = fields.Integer()
    made_at = Moment()
    ended_at = Moment(allow_none=True)
    said = fields.String(allow_none=True, metadata={"description": "what the last attempt met"})


class MessageListSchema(Schema):
    """A member's messages, newest first."""

    data = fields.List(fields.Nested(MessageSchema))


@blueprint.get("/messages")
@blueprint.arguments(MessagesQuery, location="query")
@blueprint.response(200, MessageListSchema)
def list_messages(asked: dict[str, Any]) -> dict[str, Any]:
    """List what a member was told, newest first; for clerks."""
    desk = cast("Desk", current_app.extensions["notifications"])
    desk.access.require_operator(request)
    with desk.engine.connect() as connection:
        rows = store.of_member(
            connection, cast("UUID", asked["member_id"]), texts.DEFAULT_LANGUAGE, asked["limit"]
        )
    return {"data": [_shown(row) for row in rows]}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    kind = Kind(row["kind"])
    words = texts.compose(kind, row["language"], row["facts"] | _HIDDEN)
    return row | {"kind": kind, "state": State(row["state"]), "text": words}
