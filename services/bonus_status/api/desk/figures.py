"""Figures for clerks' reports: clicks and orders by day, and what is pending by its age."""

from datetime import date, timedelta
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, validates_schema
from sqlalchemy import Engine

from services.bonus_status.store import desk
from shared.clock import Clock
from shared.identity import Access
from shared.months import PROGRAMME_ZONE
from shared.schemas import FIRST_YEAR, LAST_YEAR, StrictSchema
from shared.web import Blueprint

_MOST_DAYS = 400
_USUAL_DAYS = 30


class PeriodQuerySchema(StrictSchema):
    """Which days, both included; by default the last thirty."""

    first = fields.Date(data_key="from", load_default=None)
    last = fields.Date(data_key="to", load_default=None)

    @validates_schema
    def be_a_period(self, asked: dict[str, Any], **_: object) -> None:
        """See that the days lie in their order, and are not too many."""
        for name, day in (("from", asked["first"]), ("to", asked["last"])):
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                message = f"Name a day of {FIRST_YEAR} to {LAST_YEAR}."
                raise ValidationError(message, name)
        if asked["first"] and asked["last"]:
            days = (asked["last"] - asked["first"]).days
            if not 0 <= days < _MOST_DAYS:
                message = f"At most {_MOST_DAYS} days, and the first one before the last."
                raise ValidationError(message, "from")


class DayFiguresSchema(Schema):
    """A day of Moscow."""

    day = fields.Date(required=True)
    clicks = fields.Integer(required=True, metadata={"description": "repeats are not counted"})
    orders = fields.Integer(required=True, metadata={"description": "reported on that day"})


class DaysFiguresSchema(Schema):
    """Each day of the period, the first one first."""

    data = fields.List(fields.Nested(DayFiguresSchema), required=True)


class AgeFiguresSchema(Schema):
    """What has been pending for so many days."""

    from_days = fields.Integer(required=True)
    to_days = fields.Integer(required=True, allow_none=True)
    bonuses = fields.Integer(required=True)
    points = fields.Integer(required=True)
    overdue = fields.Integer(required=True, metadata={"description": "past the promised day"})


class AgesFiguresSchema(Schema):
    """Pending bonuses by age."""

    data = fields.List(fields.Nested(AgeFiguresSchema), required=True)


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes; operators only."""
    routes = Blueprint("figures", __name__, url_prefix="/figures", description="For reports.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("/days")
    @routes.arguments(PeriodQuerySchema, location="query")
    @routes.response(200, DaysFiguresSchema)
    def by_day(asked: dict[str, date | None]) -> object:
        """Answer clicks and orders of each day."""
        last = asked["last"] or clock().astimezone(PROGRAMME_ZONE).date()
        first = asked["first"] or last - timedelta(days=_USUAL_DAYS - 1)
        first = max(first, last - timedelta(days=_MOST_DAYS - 1))
        with engine.connect() as connection:
            return {"data": desk.days(connection, first, last)}

    @routes.get("/pending")
    @routes.response(200, AgesFiguresSchema)
    def pending() -> object:
        """Answer what waits for its store, by how long it has waited."""
        with engine.connect() as connection:
            return {"data": desk.pending_ages(connection, clock())}

    return routes
