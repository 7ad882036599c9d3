"""The HTTP edge of a member's inbox."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from flask import Response, current_app, request
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.notifications.domain import Kind
from services.notifications.inbox import store
from services.notifications.ways.domain import WAYS, News
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, WholeInQuery
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {store.UnknownNotice: 404}
blueprint = Blueprint("inbox", __name__, url_prefix="/me/notices", description="My notices.")
_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need, made once per process."""

    engine: Engine
    access: Access
    clock: Clock


class NoticesQuery(StrictSchema):
    """Which notices: those that follow a page, and how many."""

    after = WholeInQuery(lowest=1, highest=_NEWEST, load_default=_NEWEST)
    limit = WholeInQuery(lowest=1, highest=100, load_default=30)


class NoticeSchema(Schema):
    """What I was told: its kind and its facts, for a page to put into words."""

    notice_id = fields.UUID()
    news = fields.Enum(News, by_value=True)
    kind = fields.Enum(Kind, by_value=True)
    facts = fields.Dict(keys=fields.String())
    made_at = Moment()
    is_read = fields.Boolean()


class NoticeListSchema(Schema):
    """A page of my notices, newest first."""

    data = fields.List(fields.Nested(NoticeSchema))
    next = fields.Integer(allow_none=True, metadata={"description": "`after` of the next page"})
    unread = fields.Integer(metadata={"description": "how many there are that I have not read"})


class ReadSchema(StrictSchema):
    """The newest notice that I have seen; what came after it stays unread."""

    newest = fields.UUID(required=True)


@blueprint.get("")
@blueprint.arguments(NoticesQuery, location="query")
@blueprint.response(200, NoticeListSchema)
def notices(asked: dict[str, int]) -> dict[str, Any]:
    """Answer what I was told in the last 400 days."""
    desk, member_id = _desk()
    now, limit = desk.clock(), asked["limit"]
    with desk.engine.connect() as connection:
        found = store.page(connection, member_id, asked["after"], limit + 1, now)
        unread = store.unread(connection, member_id, now)
    data = [_told(one) for one in found[:limit]]
    following = found[limit - 1]["notice_number"] if len(found) > limit else None
    return {"data": data, "next": following, "unread": unread}


@blueprint.post("/read")
@blueprint.arguments(ReadSchema)
@blueprint.response(204)
def read(sent: dict[str, UUID]) -> Response:
    """Note that I have read a notice and all that came before it."""
    desk, member_id = _desk()
    with desk.engine.begin() as connection:
        store.read(connection, member_id, sent["newest"], desk.clock())
    return Response(status=204)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let nobody on the way keep what a member was told."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(row: dict[str, Any]) -> dict[str, Any]:
    kind = Kind(row["kind"])
    return row | {"kind": kind, "news": WAYS[kind].news}


def _desk() -> tuple[Desk, UUID]:
    desk = cast("Desk", current_app.extensions["inbox"])
    return desk, desk.access.subject(request)
