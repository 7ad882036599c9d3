"""The billing over HTTP: top up, ask, read the statement and the file of a day."""

from dataclasses import asdict, dataclass
from typing import Any, cast

from flask import Response, current_app, render_template
from marshmallow import Schema, fields, validate

from services.sandbox.database import Database
from services.sandbox.faults import Faults
from services.sandbox.operator_billing import daily_file, misbehave, top_ups
from services.sandbox.schemas import PAGE_OF_HTML, AfterSchema, KeySchema
from shared.clock import Clock
from shared.schemas import StrictSchema, Whole
from shared.web import Blueprint

blueprint = Blueprint(
    "operator_billing",
    __name__,
    description="Top up phones; each key is executed at most once.",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
_LARGEST_RUBLES = 100_000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need: the books, the switchboard and the time."""

    database: Database
    faults: Faults
    clock: Clock


class TopUpSchema(StrictSchema):
    """Whom to top up, with whole rubles."""

    phone = fields.String(required=True, validate=validate.Regexp(r"^\+[1-9][0-9]{7,14}\Z"))
    amount_rubles = Whole(required=True, lowest=1, highest=_LARGEST_RUBLES)


class AnsweredSchema(Schema):
    """A top-up with the operator's decision."""

    top_up_id = fields.UUID()
    idempotency_key = fields.String()
    phone = fields.String()
    amount_rubles = fields.Integer()
    status = fields.String(validate=validate.OneOf(["completed", "declined", "accepted"]))
    reason = fields.String(
        allow_none=True, validate=validate.OneOf(["unknown_number", "barred", "not_a_subscriber"])
    )


class EntrySchema(Schema):
    """One executed top-up of the statement."""

    entry = fields.Integer()
    idempotency_key = fields.String()
    top_up_id = fields.UUID()
    phone = fields.String()
    amount_rubles = fields.Integer()
    executed_at = fields.String()


class StatementSchema(Schema):
    """A page of the statement."""

    data = fields.List(fields.Nested(EntrySchema))
    has_more = fields.Boolean()


class ReversalSchema(Schema):
    """A top-up that was taken back."""

    reversal = fields.Integer()
    idempotency_key = fields.String()
    top_up_id = fields.UUID()
    phone = fields.String()
    amount_rubles = fields.Integer()
    reason = fields.String()
    reversed_at = fields.String()


class ReversalsSchema(Schema):
    """A page of reversals."""

    data = fields.List(fields.Nested(ReversalSchema))
    has_more = fields.Boolean()


@blueprint.post("/top-ups")
@blueprint.arguments(KeySchema, location="headers")
@blueprint.arguments(TopUpSchema)
@blueprint.response(200, AnsweredSchema)
def top_up(header: dict[str, str], sent: dict[str, Any]) -> Response:
    """Top up a phone; the same key answers the same, with other content it is a 409."""
    desk = _desk()
    fault = desk.faults.draw("writes", sent["phone"])
    refusal = misbehave.instead_of_executing(fault)
    if refusal is not None:
        return refusal
    decision = misbehave.decide(fault)
    with desk.database.write() as connection:
        done = top_ups.ask(
            connection,
            idempotency_key=header["idempotency_key"],
            phone=sent["phone"],
            amount_rubles=sent["amount_rubles"],
            decision=decision,
            now=desk.clock(),
        )
    return misbehave.tell(asdict(done), fault)


@blueprint.get("/top-ups/<idempotency_key>")
@blueprint.response(200, AnsweredSchema)
def ask_about(idempotency_key: str) -> Response:
    """Answer what became of a top-up; 404 when nobody asked for one under this key."""
    desk = _desk()
    _carry_out_due(desk)
    known = top_ups.find(desk.database.read(), idempotency_key)
    fault = desk.faults.draw("reads", known.phone if known else "")
    refusal = misbehave.instead_of_executing(fault)
    if refusal is not None:
        return refusal
    if known is None:
        raise top_ups.UnknownTopUp(idempotency_key)
    return misbehave.tell(asdict(known), fault)


@blueprint.post("/top-ups/<idempotency_key>/reversal")
@blueprint.response(204)
def take_back(idempotency_key: str) -> Response:
    """Take an executed top-up back, as the operator's own clerk would."""
    desk = _desk()
    with desk.database.write() as connection:
        top_ups.reverse(connection, idempotency_key, "taken_back_by_operator", desk.clock())
    return Response(status=204)


@blueprint.get("/top-ups")
@blueprint.arguments(AfterSchema, location="query")
@blueprint.response(200, StatementSchema)
def statement(page: dict[str, int]) -> dict[str, Any]:
    """List the executed top-ups past entry `after`, oldest first: the operator's own record."""
    desk = _desk()
    _carry_out_due(desk)
    rows = top_ups.statement(desk.database.read(), **page)
    return {"data": rows, "has_more": len(rows) == page["limit"]}


@blueprint.get("/reversals")
@blueprint.arguments(AfterSchema, location="query")
@blueprint.response(200, ReversalsSchema)
def list_reversals(page: dict[str, int]) -> dict[str, Any]:
    """List the top-ups that were taken back, past reversal `after`, oldest first."""
    desk = _desk()
    _carry_out_due(desk)
    rows = top_ups.reversals(desk.database.read(), **page)
    return {"data": rows, "has_more": len(rows) == page["limit"]}


@blueprint.get("/statements/<day>")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def day_file(day: str) -> Response:
    """Answer the file of a day of Moscow: what was executed and taken back, and a last line."""
    desk, of = _desk(), daily_file.read_day(day)
    _carry_out_due(desk)
    fault = desk.faults.draw("statements", day)
    refusal = misbehave.instead_of_executing(fault) or misbehave.instead_of_a_file(fault)
    if refusal is not None:
        return refusal
    return daily_file.answer(daily_file.lines_of(desk.database.read(), of), of, fault)


@blueprint.get("/")
@blueprint.response(200, PAGE_OF_HTML, content_type="text/html")
def statement_page() -> Response:
    """Show the newest requests and what became of them, to a person."""
    desk = _desk()
    _carry_out_due(desk)
    found = top_ups.newest(desk.database.read(), _SHOWN)
    on = desk.faults.switched_on()
    return Response(render_template("operator_billing/statement.html", **found, faults=on))


def _carry_out_due(desk: Desk) -> None:
    if top_ups.anything_due(desk.database.read(), desk.clock()):
        with desk.database.write() as connection:
            top_ups.carry_out_due(connection, desk.clock())


def _desk() -> Desk:
    return cast("Desk", current_app.extensions["operator_billing"])
