"""The dry run: what a request would do. It is proven, read and decided as ever, and undone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from flask import request
from msgspec.structs import asdict
from sqlalchemy import Connection, Engine

from services.partner_postback.api.access.schemas import DryRunSchema
from services.partner_postback.api.intake import Intake, status_of
from services.partner_postback.api.writer import CannotKeep, Record
from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats.fields import MOST_LINES
from services.partner_postback.formats.request import LARGEST_MESSAGE_BYTES
from services.partner_postback.formats.signed_json import PostbackSchema
from services.partner_postback.store.access import conversions
from services.partner_postback.store.batches import RACES
from services.partner_postback.verdicts import Arrival, Outcome
from shared.web import Blueprint

_ROUTE = "/dry-run/<partner_id>"
_FORM_ROUTE = f"{_ROUTE}/<format_name>"
_BODY = {"content": {"application/json": {"schema": PostbackSchema}}, "required": True}
_MOST_TRIES = 5
_RACES = (*RACES, psycopg.errors.SerializationFailure)

# The lines of an order by their ids.
_Lines = Mapping[UUID, Mapping[str, Any]]


def blueprint(engine: Engine, intake: Intake, record: Record) -> Blueprint:
    """Build the routes of the dry run."""
    dry_run = Blueprint("dry_run", __name__, description="What a message would do.")

    @dry_run.post(_ROUTE)
    @dry_run.doc(requestBody=_BODY)
    @dry_run.response(200, DryRunSchema)
    def try_signed(partner_id: str) -> object:
        """Say what a message in our own format would do, signed as ever, and keep nothing."""
        return answer(partner_id, "signed")

    @dry_run.route(_FORM_ROUTE, methods=["GET", "POST"])
    @dry_run.response(200, DryRunSchema)
    def try_form(partner_id: str, format_name: str) -> object:
        """Say what a message of a network or a plain form would do, and keep nothing."""
        return answer(partner_id, format_name)

    def answer(partner_id: str, format_name: str) -> object:
        request.max_content_length = LARGEST_MESSAGE_BYTES
        arrival = intake.prove(partner_id, format_name, request.environ, request.get_data())
        fixed = intake.directory.answer_of(format_name)
        outcome, before, after = _tried(engine, record, arrival)
        return {
            **_shown(arrival, outcome),
            "status": fixed.status if fixed else status_of(outcome),
            "lines": list(_changes(outcome, before, after)),
        }

    return dry_run


def _tried(engine: Engine, record: Record, arrival: Arrival) -> tuple[Outcome, _Lines, _Lines]:
    """Answer the verdict and the order's lines before and after it; raises CannotKeep."""
    for _ in range(_MOST_TRIES):
        try:
            with _undone(engine) as connection:
                before = _lines(connection, arrival)
                [outcome] = record(connection, [arrival])
                return outcome, before, _lines(connection, arrival)
        except _RACES:
            continue
    raise CannotKeep


@contextmanager
def _undone(engine: Engine) -> Iterator[Connection]:
    # One snapshot for all that is read: what others change meanwhile is none of this message's.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


def _lines(connection: Connection, arrival: Arrival) -> _Lines:
    if not isinstance(arrival.said, Message):
        return {}
    order_id = arrival.said.order_id
    return conversions.of_order(connection, arrival.partner_id, order_id, MOST_LINES)


def _changes(outcome: Outcome, before: _Lines, after: _Lines) -> Iterator[dict[str, object]]:
    for key, line in after.items():
        if line != before.get(key) or key == outcome.conversion_id:
            yield {"before": before.get(key), "after": line}


def _shown(arrival: Arrival, outcome: Outcome) -> dict[str, object]:
    shown = asdict(outcome)
    known = outcome.receipt_id if outcome.receipt_id != arrival.receipt_id else None
    said = msgspec.to_builtins(arrival.said) if isinstance(arrival.said, Message) else None
    return {**shown, "receipt_id": known, "said": said}
