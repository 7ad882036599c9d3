"""What clerks are reminded of: deadlines that passed, and stores whose ratio broke."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from marshmallow import fields, validate
from sqlalchemy import Engine, RowMapping

from services.bonus_status.api.claims.schemas import LARGEST_PAGE
from services.bonus_status.claims.ratio import Counts, find_break, in_words
from services.bonus_status.store.claims import days, lists
from shared.identity import Access
from shared.schemas import FIRST_YEAR, LARGEST_INTEGER, Moment, StrictSchema, Text, WholeInQuery
from shared.web import Blueprint

_DEADLINES = {
    "promise": "The store's promised date passed, and it has not decided on the purchase.",
    "partner": "The partner had until then to answer the claim.",
    "answer": "The member was to be answered by then.",
}
_FIGURES = ("clicks", "orders", "clicks_before", "orders_before")


class UnknownReminder(ValueError):
    """The place to go on from was not given out by us."""

    code = "unknown_place"
    field = "after"

    def __init__(self) -> None:
        """Say what to send."""
        super().__init__("after: send `next` of the page before, unchanged.")


class ReminderQuerySchema(StrictSchema):
    """Which reminders."""

    done = fields.String(load_default="false", validate=validate.OneOf(["true", "false"]))
    after = Text(metadata={"description": "`next` of the page before"})
    limit = WholeInQuery(lowest=1, highest=LARGEST_PAGE, load_default=50)


class ReminderSchema(StrictSchema):
    """A deadline that passed; it is done when the claim has gone on, at the latest at its end."""

    claim_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    store_id = fields.String(required=True)
    bonus_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"description": "where the claim stands"})
    deadline = fields.String(required=True, validate=validate.OneOf(list(_DEADLINES)))
    due_at = Moment(required=True)
    made_at = Moment(required=True)
    done_at = Moment(required=True, allow_none=True)
    in_words = fields.String(required=True)


class ReminderPageSchema(StrictSchema):
    """A page of reminders, the oldest deadline first."""

    data = fields.List(fields.Nested(ReminderSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AlarmQuerySchema(StrictSchema):
    """Which alarms."""

    ended = fields.String(load_default="false", validate=validate.OneOf(["true", "false"]))
    after = WholeInQuery(highest=LARGEST_INTEGER, load_default=None)
    limit = WholeInQuery(lowest=1, highest=LARGEST_PAGE, load_default=50)


class AlarmSchema(StrictSchema):
    """A store whose clicks bring other numbers of orders than they used to."""

    alarm_id = fields.Integer(required=True)
    store_id = fields.String(required=True)
    store_name = fields.String(required=True)
    raised_on = fields.Date(required=True)
    seen_on = fields.Date(required=True, metadata={"description": "the last day of the week"})
    ended_on = fields.Date(required=True, allow_none=True)
    clicks = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    clicks_before = fields.Integer(required=True)
    orders_before = fields.Integer(required=True)
    expected_orders = fields.Float(required=True)
    deviations = fields.Float(required=True)
    in_words = fields.String(required=True)


class AlarmPageSchema(StrictSchema):
    """A page of alarms, the newest first."""

    data = fields.List(fields.Nested(AlarmSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


def blueprint(engine: Engine, access: Access) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("watching", __name__, description="What needs a clerk's eye.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("/reminders")
    @routes.arguments(ReminderQuerySchema, location="query")
    @routes.response(200, ReminderPageSchema)
    def list_reminders(asked: dict[str, Any]) -> object:
        """List deadlines that passed and that nobody has done anything about yet."""
        limit, after = asked["limit"], asked.get("after")
        place = None if after is None else _place(after)
        done = asked["done"] == "true"
        with engine.connect() as connection:
            found = lists.reminders(connection, place, limit + 1, done=done)
        data = [{**one, "in_words": _DEADLINES[one["deadline"]]} for one in found[:limit]]
        return {"data": data, "next": _token(found[limit - 1]) if len(found) > limit else None}

    @routes.get("/alarms")
    @routes.arguments(AlarmQuerySchema, location="query")
    @routes.response(200, AlarmPageSchema)
    def list_alarms(asked: dict[str, Any]) -> object:
        """List stores whose click-to-order ratio broke, with the figures that say so."""
        limit, ended = asked["limit"], asked["ended"] == "true"
        with engine.connect() as connection:
            found = days.alarms(connection, asked["after"], limit + 1, ended=ended)
        shown = [_shown(one) for one in found[:limit]]
        return {"data": shown, "next": shown[-1]["alarm_id"] if len(found) > limit else None}

    return routes


def _shown(alarm: RowMapping) -> dict[str, Any]:
    found = find_break(Counts(**{name: alarm[name] for name in _FIGURES}))
    assert found is not None, "an alarm is only kept with figures that raise it"
    expected, deviations = round(found.expected, 1), round(found.z, 1)
    more = {"expected_orders": expected, "deviations": deviations, "in_words": in_words(found)}
    return {**alarm, **more}


def _token(last: RowMapping) -> str:
    return f"{last['due_at'].isoformat()}~{last['claim_id']}~{last['deadline']}"


def _place(token: str) -> tuple[datetime, str, str]:
    try:
        due_at, claim_id, deadline = token.split("~")
        moment, known = datetime.fromisoformat(due_at), str(UUID(claim_id))
    except ValueError:
        raise UnknownReminder from None
    if moment.tzinfo is None or moment.year < FIRST_YEAR or deadline not in _DEADLINES:
        raise UnknownReminder
    return moment, known, deadline
