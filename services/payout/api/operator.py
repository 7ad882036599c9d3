"""What the operator's billing calls us back about: signed as Standard Webhooks say."""

from collections.abc import Sequence
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import Engine

from services.payout.config import Patience
from services.payout.top_ups import callbacks
from services.payout.top_ups.callbacks import REVERSED
from shared import webhooks
from shared.clock import Clock
from shared.schemas import Text, Whole
from shared.web import Blueprint

_HEADERS = [
    {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]


class CallbackSchema(Schema):
    """A top-up of ours as it stands now; what else the operator says is not ours to judge."""

    class Meta:
        """A partner may add fields at any time."""

        unknown = EXCLUDE

    top_up_id = Text(required=True, longest=100)
    idempotency_key = fields.UUID(required=True, metadata={"description": "the payout's id"})
    amount_rubles = Whole(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["completed", "declined", REVERSED])
    )
    reason = fields.String(allow_none=True, load_default=None)
    reversal = Whole(
        lowest=1,
        allow_none=True,
        load_default=None,
        metadata={"description": "its number in the list of reversals; needed if reversed"},
    )

    @validates_schema
    def _numbers_a_reversal(self, told: dict[str, Any], **_: Any) -> None:
        if told["status"] == REVERSED and told["reversal"] is None:
            message = "Send its number in the list of reversals."
            raise ValidationError(message, "reversal")


def blueprint(engine: Engine, keys: Sequence[bytes], patience: Patience, clock: Clock) -> Blueprint:
    """Build the route; only who signs with one of the keys is heard."""
    desk = Blueprint("operator", __name__, description="What the operator's billing tells.")

    @desk.before_request
    def only_the_operator() -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        webhooks.verify(headers, request.get_data(), keys, clock())

    @desk.post("/operator/callbacks")
    @desk.doc(parameters=_HEADERS)
    @desk.arguments(CallbackSchema)
    @desk.response(204)
    def note(told: dict[str, Any]) -> None:
        """Note that a top-up was completed, declined or taken back; a repeat changes nothing."""
        with engine.begin() as connection:
            callbacks.note(connection, told, patience, clock())

    return desk
