"""The HTTP edge: a member's own favourites."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

import marshmallow
from flask import Response, current_app, request
from sqlalchemy import Engine

from services.members.favourites import store
from shared.clock import Clock
from shared.identity import Access
from shared.problems import ProblemSchema
from shared.schemas import Moment, Slug
from shared.web import Blueprint


class NotAStoreId(ValueError):
    """What should be a favourite is no store's id."""

    code = "bad_store_id"
    field = "store_id"

    def __init__(self) -> None:
        """Say what one looks like."""
        super().__init__("A store's id has at most 64 of a-z, 0-9 and hyphens.")


REFUSALS: dict[type[Exception], int] = {
    NotAStoreId: 422,
    store.NobodyThere: 404,
    store.TooManyFavourites: 409,
}
_STORE_ID = Slug()
blueprint = Blueprint("favourites", __name__, description="Stores that a member likes.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes need."""

    engine: Engine
    access: Access
    clock: Clock


class FavouriteSchema(marshmallow.Schema):
    """A store, and since when it is a favourite."""

    store_id = marshmallow.fields.String(required=True)
    at = Moment(required=True)


class FavouriteListSchema(marshmallow.Schema):
    """A member's favourites, newest first."""

    data = marshmallow.fields.List(marshmallow.fields.Nested(FavouriteSchema), required=True)


@blueprint.get("/me/favourites")
@blueprint.response(200, FavouriteListSchema)
def my_favourites() -> dict[str, Any]:
    """List my favourite stores, the newest first."""
    desk, member_id = _mine()
    with desk.engine.connect() as connection:
        return {"data": store.of_member(connection, member_id)}


@blueprint.put("/me/favourites/<store_id>")
@blueprint.response(204)
@blueprint.alt_response(409, schema=ProblemSchema, description="too many favourites")
def add_favourite(store_id: str) -> Response:
    """Make a store a favourite of mine; again, it stays one."""
    desk, member_id = _mine()
    with desk.engine.begin() as connection:
        store.add(connection, member_id, _checked(store_id), desk.clock())
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.delete("/me/favourites/<store_id>")
@blueprint.response(204)
def remove_favourite(store_id: str) -> Response:
    """Let a store be no favourite of mine; again, nothing changes."""
    desk, member_id = _mine()
    with desk.engine.begin() as connection:
        store.remove(connection, member_id, _checked(store_id))
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let no cache on the way keep what a member likes."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _mine() -> tuple[Desk, UUID]:
    desk = cast("Desk", current_app.extensions["favourites"])
    return desk, desk.access.subject(request)


def _checked(store_id: str) -> str:
    try:
        return str(_STORE_ID.deserialize(store_id))
    except marshmallow.ValidationError:
        raise NotAStoreId from None
