"""A clerk's desk at every service with a database: parked messages, the event log, sent again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow
from flask import Response, request
from sqlalchemy import Engine

from shared import event_log, event_pages, parked
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, Text, WholeInQuery
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    parked.UnknownParkedMessage: 404,
    event_pages.UnknownPlace: 422,
}


class ParkedSchema(marshmallow.Schema):
    """One message that could not be applied."""

    parked_id = marshmallow.fields.UUID()
    topic = marshmallow.fields.String()
    partition = marshmallow.fields.Integer()
    offset = marshmallow.fields.Integer()
    key = marshmallow.fields.String(allow_none=True)
    aggregate_id = marshmallow.fields.String(allow_none=True)
    version = marshmallow.fields.Integer(allow_none=True)
    reason = marshmallow.fields.String()
    state = marshmallow.fields.String()
    tries = marshmallow.fields.Integer()
    parked_at = Moment()


class ParkedListSchema(marshmallow.Schema):
    """The open parked messages, oldest first."""

    data = marshmallow.fields.List(marshmallow.fields.Nested(ParkedSchema))


class LimitSchema(StrictSchema):
    """How many to list."""

    limit = WholeInQuery(lowest=1, highest=1000, load_default=100)


class SinceSchema(StrictSchema):
    """From which moment to send again."""

    since = Moment(required=True)


class EventsSchema(StrictSchema):
    """Which events to read."""

    topic = Text(required=True, longest=100)
    after = Text(longest=50, metadata={"description": "`place` of the last event that was read"})
    limit = WholeInQuery(lowest=1, highest=5_000, load_default=1_000)


_EVENTS = {
    "200": {
        "description": "Events in commit order, one a line; none: that is all for now",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}


class RepublishedSchema(marshmallow.Schema):
    """How many events the relay sends again."""

    events = marshmallow.fields.Integer()


def blueprint(engine: Engine, access: Access) -> Blueprint:
    """Build /ops for a service with a database; operators only."""
    ops = Blueprint("ops", __name__, url_prefix="/ops", description="Parked messages, event log.")

    @ops.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @ops.get("/parked")
    @ops.arguments(LimitSchema, location="query")
    @ops.response(200, ParkedListSchema)
    def list_parked(asked: dict[str, int]) -> object:
        """List the messages that wait for a cause or for a clerk."""
        with engine.connect() as connection:
            return {"data": parked.listing(connection, limit=asked["limit"])}

    @ops.post("/parked/<uuid:parked_id>/replay")
    @ops.response(202)
    def replay(parked_id: UUID) -> None:
        """Send a parked message back to its consumer."""
        with engine.begin() as connection:
            parked.replay(connection, parked_id)

    @ops.post("/parked/<uuid:parked_id>/discard")
    @ops.response(202)
    def discard(parked_id: UUID) -> None:
        """Give a parked message up for good."""
        with engine.begin() as connection:
            parked.discard(connection, parked_id)

    @ops.get("/events")
    @ops.arguments(EventsSchema, location="query")
    @ops.doc(responses=_EVENTS)
    def read_events(asked: dict[str, Any]) -> Response:
        """Read what this service said on a topic: a line of {"place": …, "event": …} each."""
        with engine.connect() as connection:
            found = event_pages.page(connection, asked["topic"], asked.get("after"), asked["limit"])
        # The event is JSON already, without a line break: that is how JSON writes one in a text.
        lines = [f'{{"place":"{place}","event":{message}}}\n' for place, message in found]
        return Response("".join(lines), content_type="application/x-ndjson")

    @ops.post("/events/republish")
    @ops.arguments(SinceSchema)
    @ops.response(202, RepublishedSchema)
    def republish(asked: dict[str, datetime]) -> object:
        """Send the event log again from a moment on; consumers let repeats fall through."""
        with engine.begin() as connection:
            return {"events": event_log.republish(connection, asked["since"])}

    return ops
