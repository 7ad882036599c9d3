"""Pulls over HTTP: what is fetched from which network, how it stands, run it now, let it rest."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import Connection, Engine, RowMapping

from services.partner_postback.api.names import check_name
from services.partner_postback.outside.fetching import UnsafeAddress
from services.partner_postback.partners import UnknownPartner
from services.partner_postback.pulls.kinds import PAGERS, Kind
from services.partner_postback.pulls.paging import Position, is_done
from services.partner_postback.pulls.wishes import WrongWish, checked_wish, first_position
from services.partner_postback.store import partners as partner_queries
from services.partner_postback.store import pulls as pull_queries
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, Text, Whole
from shared.web import Blueprint

_HOUR, _DAY = 3_600, 86_400


class UnknownPull(Exception):
    """The partner has no such pull."""

    code = "unknown_pull"

    def __init__(self, partner_id: str, kind: str) -> None:
        known = ", ".join(Kind)
        super().__init__(
            f"{partner_id[:64]!r} has no pull {kind[:64]!r}. There are kinds: {known}."
        )


class PullSchema(StrictSchema):
    """A pull as a clerk sets it up. What a kind needs is told when it is missing."""

    base_url = Text(required=True, longest=500, metadata={"description": "https://…"})
    settings = fields.Dict(keys=Text(longest=50), values=Text(longest=100), load_default=dict)
    credentials = fields.Dict(
        keys=Text(longest=50),
        values=Text(longest=1_000),
        load_default=None,
        allow_none=True,
        metadata={"description": "never shown again; null: those that are kept"},
    )
    every_seconds = Whole(load_default=_HOUR, lowest=60, highest=30 * _DAY)
    overlap_seconds = Whole(
        load_default=_DAY,
        highest=90 * _DAY,
        metadata={"description": "a run begins so long before the end of the last one"},
    )
    since = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "read again from then on; null: go on, or 30 days back at first"},
    )


class CursorSchema(Schema):
    """Where a pull stands: in this window, on the way to its goal; done when they meet."""

    since = Moment()
    until = Moment()
    goal = Moment()
    step = fields.Integer()
    place = fields.String(allow_none=True)


class KnownPullSchema(Schema):
    """A pull and how it stands."""

    pull_id = fields.UUID()
    partner_id = fields.String()
    kind = fields.String()
    base_url = fields.String()
    settings = fields.Dict(keys=fields.String(), values=fields.String())
    every_seconds = fields.Integer()
    overlap_seconds = fields.Integer()
    state = fields.String(metadata={"description": "waiting, unfinished, failing or paused"})
    cursor = fields.Nested(CursorSchema)
    records = fields.Integer(metadata={"description": "how many were ever read"})
    next_at = Moment()
    failures = fields.Integer(metadata={"description": "in a row"})
    last_error = fields.String(allow_none=True, metadata={"description": "begins with its code"})
    last_run_at = Moment(allow_none=True)
    is_paused = fields.Boolean()


class PullListSchema(Schema):
    """Every pull, by partner and kind."""

    data = fields.List(fields.Nested(KnownPullSchema))


def blueprint(
    engine: Engine, access: Access, clock: Clock, *, allows_plain_http: bool
) -> Blueprint:
    """Build the routes of pulls."""
    pulls = Blueprint("pulls", __name__, description="What is fetched from networks; for clerks.")

    @pulls.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @pulls.get("/pulls")
    @pulls.response(200, PullListSchema)
    def list_pulls() -> object:
        """List every pull and how it stands; credentials are never shown."""
        with engine.connect() as connection:
            return {"data": [_shown(one) for one in pull_queries.shown(connection)]}

    @pulls.put("/pulls/<partner_id>/<kind>")
    @pulls.arguments(PullSchema)
    @pulls.response(200, KnownPullSchema)
    @pulls.alt_response(201, schema=KnownPullSchema, description="new")
    def put_pull(sent: dict[str, Any], partner_id: str, kind: str) -> object:
        """Set a pull up, or change it; it runs at once."""
        _check_names(partner_id, kind)
        with engine.begin() as connection:
            if not partner_queries.lock(connection, partner_id):
                raise UnknownPartner(partner_id)
            kept = pull_queries.shown(connection, partner_id, kind)
            wish = checked_wish(
                {**sent, "partner_id": partner_id, "kind": kind},
                kept[0]["base_url"] if kept else None,
                clock(),
                allows_plain_http=allows_plain_http,
            )
            is_new = pull_queries.put(connection, wish, first_position(clock()), clock())
            (known,) = pull_queries.shown(connection, partner_id, kind)
        return _shown(known), 201 if is_new else 200

    @pulls.get("/pulls/<partner_id>/<kind>")
    @pulls.response(200, KnownPullSchema)
    def read_pull(partner_id: str, kind: str) -> object:
        """Read a pull and how it stands."""
        return _read(engine, partner_id, kind)

    @pulls.delete("/pulls/<partner_id>/<kind>")
    @pulls.response(204)
    def delete_pull(partner_id: str, kind: str) -> Response:
        """Remove a pull and its credentials; what it brought stays."""
        _change(engine, partner_id, kind, pull_queries.delete)
        return Response(status=204)

    @pulls.post("/pulls/<partner_id>/<kind>/run")
    @pulls.response(200, KnownPullSchema)
    def run_pull(partner_id: str, kind: str) -> object:
        """Let a pull run now, whether it waits, fails or rests."""
        _change(engine, partner_id, kind, partial(pull_queries.run_now, now=clock()))
        return _read(engine, partner_id, kind)

    @pulls.post("/pulls/<partner_id>/<kind>/pause")
    @pulls.response(200, KnownPullSchema)
    def pause_pull(partner_id: str, kind: str) -> object:
        """Let a pull rest until it is run again; one that runs stops within its page."""
        _change(engine, partner_id, kind, pull_queries.pause)
        return _read(engine, partner_id, kind)

    return pulls


def _change(
    engine: Engine, partner_id: str, kind: str, change: Callable[[Connection, str, str], bool]
) -> None:
    with engine.begin() as connection:
        if not change(connection, partner_id, kind):
            raise UnknownPull(partner_id, kind)


def _check_names(partner_id: str, kind: str) -> None:
    check_name("partner_id", partner_id)
    if kind not in PAGERS:
        raise UnknownPull(partner_id, kind)


def _read(engine: Engine, partner_id: str, kind: str) -> dict[str, Any]:
    with engine.connect() as connection:
        found = pull_queries.shown(connection, partner_id, kind)
    if not found:
        raise UnknownPull(partner_id, kind)
    return _shown(found[0])


def _shown(row: RowMapping) -> dict[str, Any]:
    position = msgspec.convert(row["cursor"], Position)
    if row["is_paused"]:
        state = "paused"
    elif row["last_error"]:
        state = "failing"
    else:
        state = "waiting" if is_done(position) else "unfinished"
    return {**row, "cursor": position, "state": state}


REFUSALS: dict[type[Exception], int] = {
    UnknownPull: 404,
    UnsafeAddress: 422,
    WrongWish: 422,
}
