"""The gateway over HTTP, and the inbox page where a person reads what arrived."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Response, current_app, jsonify, render_template
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.sandbox.answers import delay, lose_answer
from services.sandbox.database import Database
from services.sandbox.faults import Fault, Faults
from services.sandbox.gateway import messages
from services.sandbox.schemas import PAGE_OF_HTML, AfterSchema, KeySchema
from shared.clock import Clock
from shared.problems import problem
from shared.schemas import ShortList, StrictSchema, Text
from shared.web import Blueprint, single_parameters

MODES = {
    "no_answer": "delivered, then the connection breaks (after `seconds`)",
    "slow": "delivered, answered after `seconds`",
    "error_500": "500, not delivered",
    "rate_limited": "429, not delivered",
    "failed": "202, but it never arrives: its state is failed",
    "refused": "422, not delivered: the message is not taken as it is",
}
blueprint = Blueprint(
    "gateway",
    __name__,
    description="Send SMS and mail; each key is delivered at most once.",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
_LONGEST_TEXT = 2000
_LONGEST_SUBJECT = 200
_MOST_STATES = 200
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views need: the messages, the switchboard and the time."""

    database: Database
    faults: Faults
    clock: Clock


class MessageSchema(StrictSchema):
    """Whom to tell what."""

    channel = fields.String(required=True, validate=validate.OneOf(["sms", "email"]))
    to = Text(longest=254, required=True)
    text = Text(longest=_LONGEST_TEXT, required=True)
    subject = Text(
        longest=_LONGEST_SUBJECT,
        load_default=None,
        allow_none=True,
        metadata={"description": "of a mail"},
    )

    @validates_schema
    def _an_sms_has_none(self, sent: dict[str, Any], **_: Any) -> None:
        if sent.get("channel") == "sms" and sent.get("subject") is not None:
            message = "An SMS has no subject."
            raise ValidationError(message, "subject")


class InboxSchema(AfterSchema):
    """Whose messages, from which one on."""

    to = Text(longest=254, load_default=None)


class AcceptedSchema(Schema):
    """The gateway has the message."""

    message_id = fields.UUID()
    status = fields.String(validate=validate.Equal("accepted"))


class WantedStatesSchema(StrictSchema):
    """Which messages are asked about, by the keys they were sent with."""

    keys = ShortList(
        fields.String(validate=validate.Length(1, 255)), most=_MOST_STATES, required=True
    )


class StateSchema(Schema):
    """What became of a message."""

    idempotency_key = fields.String()
    state = fields.String(validate=validate.OneOf(["accepted", "delivered", "failed"]))


class StateListSchema(Schema):
    """What became of messages; one that was never taken is missing."""

    data = fields.List(fields.Nested(StateSchema))


class DeliveredSchema(Schema):
    """A message as its recipient got it."""

    message_number = fields.Integer()
    message_id = fields.UUID()
    idempotency_key = fields.String()
    channel = fields.String()
    to = fields.String()
    subject = fields.String(allow_none=True)
    text = fields.String()
    received_at = fields.String()


class DeliveredListSchema(Schema):
    """A page of messages."""

    data = fields.List(fields.Nested(DeliveredSchema))
    has_more = fields.Boolean()


@blueprint.post("/messages")
@blueprint.arguments(KeySchema, location="headers")
@blueprint.arguments(MessageSchema)
@blueprint.response(202, AcceptedSchema)
def send(header: dict[str, str], sent: dict[str, str]) -> Response:
    """Deliver an SMS or a mail: `{"message_id", "status": "accepted"}`."""
    desk = _desk()
    fault = desk.faults.draw("writes", sent["to"])
    refusal = _instead_of_delivering(fault)
    if refusal is not None:
        return refusal
    with desk.database.write() as connection:
        message_id = messages.accept(
            connection,
            header["idempotency_key"],
            messages.Message(**sent),
            desk.clock(),
            arrives=fault is None or fault.mode != "failed",
        )
    return _tell(message_id, fault)


@blueprint.post("/messages/states")
@blueprint.arguments(WantedStatesSchema)
@blueprint.response(200, StateListSchema)
def states(sent: dict[str, list[str]]) -> dict[str, Any]:
    """Answer what became of messages: accepted (on their way), delivered or failed."""
    return {"data": messages.states(_desk().database.read(), sent["keys"])}


@blueprint.get("/messages")
@blueprint.arguments(InboxSchema, location="query")
@blueprint.response(200, DeliveredListSchema)
def list_messages(sent: dict[str, Any]) -> dict[str, Any]:
    """List what was delivered, oldest first, to one recipient (`to`) or to all."""
    found = messages.find(_desk().database.read(), **sent)
    return {"data": found, "has_more": len(found) == sent["limit"]}


@blueprint.get("/")
@blueprint.response(200, PAGE_OF_HTML, content_type="text/html")
def inbox() -> Response:
    """Show the phones and mailboxes, and the conversation of the chosen one."""
    read = _desk().database.read()
    people = messages.recipients(read, _SHOWN)
    chosen = single_parameters().get("to") or (people[0]["to"] if people else None)
    shown = messages.newest(read, chosen, _SHOWN) if chosen else []
    page = render_template("gateway/inbox.html", people=people, chosen=chosen, messages=shown)
    return Response(page)


def _instead_of_delivering(fault: Fault | None) -> Response | None:
    match fault:
        case Fault(mode="error_500"):
            return problem(500, "gateway_broken", "The gateway broke down before sending.")
        case Fault(mode="rate_limited"):
            response = problem(429, "too_many_requests", "Send again later.")
            response.headers["Retry-After"] = "1"
            return response
        case Fault(mode="refused"):
            return problem(422, "not_taken", "The gateway does not take this message as it is.")
        case _:
            return None


def _tell(message_id: str, fault: Fault | None) -> Response:
    match fault:
        case Fault(mode="no_answer"):
            return lose_answer(fault)
        case Fault(mode="slow"):
            delay(fault)
    response = jsonify(message_id=message_id, status="accepted")
    response.status_code = 202
    return response


def _desk() -> Desk:
    return cast("Desk", current_app.extensions["gateway"])
