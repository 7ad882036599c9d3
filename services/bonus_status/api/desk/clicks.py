"""Clicks as a clerk looks them up: a member's, or one by the id that a partner names."""

from uuid import UUID

from flask import request
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.bonus_status.store import desk
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, WholeInQuery
from shared.web import Blueprint


class UnknownClick(LookupError):
    """No click with this id was heard of."""

    code = "unknown_click"

    def __init__(self, click_id: str) -> None:
        super().__init__(f"There is no click {click_id[:64]}.")


REFUSALS: dict[type[Exception], int] = {UnknownClick: 404}


class NewestQuerySchema(StrictSchema):
    """How many of the newest."""

    limit = WholeInQuery(lowest=1, highest=200, load_default=100)


class DeskClickSchema(Schema):
    """A click, with who made it."""

    click_id = fields.String(required=True)
    member_id = fields.UUID(required=True)
    store_id = fields.String(required=True)
    store_name = fields.String(required=True, allow_none=True)
    clicked_at = Moment(required=True)
    repeat = fields.Boolean(required=True)


class DeskClickListSchema(Schema):
    """Clicks, the newest first."""

    data = fields.List(fields.Nested(DeskClickSchema), required=True)


def blueprint(engine: Engine, access: Access) -> Blueprint:
    """Build the routes; operators only."""
    routes = Blueprint("clicks", __name__, description="Clicks, for clerks.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("/members/<uuid:member_id>/clicks")
    @routes.arguments(NewestQuerySchema, location="query")
    @routes.response(200, DeskClickListSchema)
    def clicks_of(asked: dict[str, int], member_id: UUID) -> object:
        """List a member's clicks, the newest first."""
        with engine.connect() as connection:
            return {"data": desk.clicks_of(connection, member_id, asked["limit"])}

    @routes.get("/clicks/<click_id>")
    @routes.response(200, DeskClickSchema)
    def read_click(click_id: str) -> object:
        """Answer a click by its id."""
        with engine.connect() as connection:
            found = desk.click(connection, click_id)
        if found is None:
            raise UnknownClick(click_id)
        return found

    return routes
