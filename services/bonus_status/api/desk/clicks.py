"""Clicks: a member's own, and as a clerk looks them up, also by the id that a partner names."""

from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.bonus_status.store import desk
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, Text, WholeInQuery
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


class MyClicksQuerySchema(StrictSchema):
    """Which page of my clicks."""

    limit = WholeInQuery(lowest=1, highest=100, load_default=100)
    after = Text(load_default=None, metadata={"description": "`next` of the page before"})


class ClickSchema(Schema):
    """A click on the way to a store; `repeat`: it soon followed another, and counts no more."""

    click_id = fields.String(required=True)
    store_id = fields.String(required=True)
    store_name = fields.String(required=True, allow_none=True)
    clicked_at = Moment(required=True)
    repeat = fields.Boolean(required=True)


class DeskClickSchema(ClickSchema):
    """A click, with who made it."""

    member_id = fields.UUID(required=True)


class MyClickPageSchema(Schema):
    """A page of my clicks, the newest first."""

    data = fields.List(fields.Nested(ClickSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "`after` of the next page"}
    )


class DeskClickListSchema(Schema):
    """Clicks, the newest first."""

    data = fields.List(fields.Nested(DeskClickSchema), required=True)


def blueprint(engine: Engine, access: Access) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("clicks", __name__, description="Clicks of a member.")

    @routes.get("/me/clicks")
    @routes.arguments(MyClicksQuerySchema, location="query")
    @routes.response(200, MyClickPageSchema)
    def my_clicks(asked: dict[str, Any]) -> object:
        """List the signed-in member's clicks, the newest first."""
        member_id, limit = access.subject(request), asked["limit"]
        with engine.connect() as connection:
            found = desk.clicks_of(connection, member_id, limit + 1, asked["after"])
        following = found[limit - 1]["click_id"] if len(found) > limit else None
        return {"data": found[:limit], "next": following}

    @routes.get("/members/<uuid:member_id>/clicks")
    @routes.arguments(NewestQuerySchema, location="query")
    @routes.response(200, DeskClickListSchema)
    def clicks_of(asked: dict[str, int], member_id: UUID) -> object:
        """List a member's clicks, the newest first; operators only."""
        access.require_operator(request)
        with engine.connect() as connection:
            return {"data": desk.clicks_of(connection, member_id, asked["limit"])}

    @routes.get("/clicks/<click_id>")
    @routes.response(200, DeskClickSchema)
    def read_click(click_id: str) -> object:
        """Answer a click by its id; operators only."""
        access.require_operator(request)
        with engine.connect() as connection:
            found = desk.click(connection, click_id)
        if found is None:
            raise UnknownClick(click_id)
        return found

    @routes.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes
