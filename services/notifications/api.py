"""The HTTP edge: a clerk asks what a member was told, and has sent again what did not arrive."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from flask import current_app, request
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf
from sqlalchemy import Engine

from services.notifications import store, texts
from services.notifications.domain import Kind, State
from services.notifications.ways.domain import Channel
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, WholeInQuery
from shared.web import Blueprint

log = structlog.get_logger()
REFUSALS: dict[type[Exception], int] = {store.UnknownMessage: 404, store.CannotSendAgain: 409}
blueprint = Blueprint("messages", __name__, description="What members were told.")
_FIGURES_OF = timedelta(days=30)
# Nobody but the member sees a code, a clerk included.
_HIDDEN = {
    "code": "••••",
    "denomination": "…",
    "asked_by": "••••",
    "device": "…",
    "ending": "…",
    "date": "…",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need, made once per process."""

    engine: Engine
    access: Access
    clock: Clock


class MessagesQuery(StrictSchema):
    """Whose messages, which, and how many: a member's, or everybody's that ended unsent."""

    member_id = fields.UUID(load_default=None)
    failed = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata={"description": "only those that ended unsent: refused or given up"},
    )
    limit = WholeInQuery(lowest=1, highest=200, load_default=50)

    @validates_schema
    def name_some(self, asked: dict[str, Any], **_: object) -> None:
        """Refuse to list everything that was ever said."""
        if asked["member_id"] is None and not asked["failed"]:
            message = "Name a member, or ask for what failed."
            raise ValidationError(message, "member_id")


class MessageSchema(Schema):
    """A message to a member, or to a relative for one; a code is not shown."""

    message_id = fields.UUID()
    member_id = fields.UUID(
        allow_none=True, metadata={"description": "null to somebody who is no member yet"}
    )
    kind = fields.Enum(Kind, by_value=True)
    text = fields.String()
    state = fields.Enum(State, by_value=True)
    channel = fields.Enum(
        Channel,
        by_value=True,
        allow_none=True,
        metadata={"description": "null until its way is known"},
    )
    send_after = Moment(
        allow_none=True, metadata={"description": "when the member's quiet hours end"}
    )
    delivery = fields.String(
        allow_none=True,
        validate=OneOf(["accepted", "delivered", "failed"]),
        metadata={"description": "what became of it after the gateway took it; null: not taken"},
    )
    delivery_at = Moment(allow_none=True)
    attempts = fields.Integer()
    made_at = Moment()
    ended_at = Moment(allow_none=True)
    said = fields.String(allow_none=True, metadata={"description": "what the last attempt met"})


class MessageListSchema(Schema):
    """Messages, newest first."""

    data = fields.List(fields.Nested(MessageSchema))


class MessageDaySchema(Schema):
    """A day of Moscow on which something was told."""

    day = fields.Date(required=True)
    made = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class MessageDaysSchema(Schema):
    """The days of the last thirty on which something was told."""

    data = fields.List(fields.Nested(MessageDaySchema), required=True)


@blueprint.get("/figures/days")
@blueprint.response(200, MessageDaysSchema)
def days() -> dict[str, Any]:
    """Answer how many messages were made, sent and failed on each day; for clerks."""
    desk = _desk()
    with desk.engine.connect() as connection:
        return {"data": store.days(connection, desk.clock() - _FIGURES_OF)}


@blueprint.get("/messages")
@blueprint.arguments(MessagesQuery, location="query")
@blueprint.response(200, MessageListSchema)
def list_messages(asked: dict[str, Any]) -> dict[str, Any]:
    """List what a member was told, or what ended unsent, newest first; for clerks."""
    desk = _desk()
    with desk.engine.connect() as connection:
        rows = store.newest(
            connection,
            asked["member_id"],
            texts.DEFAULT_LANGUAGE,
            failed=asked["failed"],
            limit=asked["limit"],
        )
    return {"data": [_shown(row) for row in rows]}


@blueprint.post("/messages/<uuid:message_id>/send-again")
@blueprint.response(202, MessageSchema)
def send_again(message_id: UUID) -> dict[str, Any]:
    """Send a message that ended unsent once more, under its own id; for clerks."""
    desk = _desk()
    with desk.engine.begin() as connection:
        store.send_again(connection, message_id, desk.clock())
        row = store.find(connection, message_id, texts.DEFAULT_LANGUAGE)
    log.info("message.sent_again_by_a_clerk", message_id=str(message_id), kind=row["kind"])
    return _shown(row)


def _desk() -> Desk:
    desk = cast("Desk", current_app.extensions["notifications"])
    desk.access.require_operator(request)
    return desk


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    kind = Kind(row["kind"])
    words = texts.compose(kind, row["language"], row["facts"] | _HIDDEN)
    channel = None if row["channel"] is None else Channel(row["channel"])
    shown = {"kind": kind, "state": State(row["state"]), "channel": channel, "text": words}
    return row | shown
