"""Figures for clerks' reports: how many messages went, and did not, on each day."""

from datetime import timedelta

from flask import request
from marshmallow import Schema, fields
from sqlalchemy import Engine, text

from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

_DAYS = 30
_COUNT = text("""
SELECT (made_at AT TIME ZONE 'Europe/Moscow')::date AS day, count(*) AS made,
       count(*) FILTER (WHERE state = 'sent') AS sent,
       count(*) FILTER (WHERE state IN ('refused', 'given_up')) AS failed
FROM messages WHERE made_at >= :since GROUP BY 1 ORDER BY 1
""")


class MessageDaySchema(Schema):
    """A day of Moscow on which something was told."""

    day = fields.Date(required=True)
    made = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class MessageDaysSchema(Schema):
    """The days of the last thirty on which something was told."""

    data = fields.List(fields.Nested(MessageDaySchema), required=True)


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the route; operators only."""
    routes = Blueprint("figures", __name__, url_prefix="/figures", description="For reports.")

    @routes.get("/days")
    @routes.response(200, MessageDaysSchema)
    def by_day() -> object:
        """Answer how many messages were made, sent and failed on each day."""
        access.require_operator(request)
        with engine.connect() as connection:
            since = clock() - timedelta(days=_DAYS)
            return {"data": connection.execute(_COUNT, {"since": since}).mappings().all()}

    return routes
