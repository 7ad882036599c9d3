"""PUT, GET and DELETE /faults, the same in every part of the sandbox."""

from typing import Any, cast

from flask import Response, current_app
from marshmallow import Schema, fields, validate

from services.sandbox.faults import Fault, Faults
from services.sandbox.schemas import Number
from shared.schemas import Slug, StrictSchema, Text, Whole
from shared.web import Blueprint

blueprint = Blueprint("faults", __name__, description="What goes wrong here, switched on and off.")
_LONGEST_SECONDS = 600


class SwitchSchema(StrictSchema):
    """A fault: who meets it, in which calls, how often (no count: until it is cleared)."""

    mode = Text(longest=40, required=True)
    phone = Text(longest=254, load_default=None, allow_none=True)
    store_id = Slug(load_default=None, allow_none=True)
    network = Slug(load_default=None, allow_none=True)
    calls = fields.String(
        load_default="writes",
        validate=validate.OneOf(["writes", "reads", "statements", "all"]),
    )
    count = Whole(load_default=None, allow_none=True, lowest=1, highest=1_000_000)
    share = Number(load_default=1.0, validate=validate.Range(0, 1, min_inclusive=False))
    seconds = Number(
        load_default=None, allow_none=True, validate=validate.Range(0, _LONGEST_SECONDS)
    )
    reason = Text(longest=60, load_default=None, allow_none=True)


class SwitchedOnSchema(Schema):
    """A fault as it is listed."""

    mode = fields.String()
    only_for = fields.String(
        allow_none=True, metadata={"description": "a phone, a store or a network"}
    )
    calls = fields.String()
    count = fields.Integer(allow_none=True)
    share = fields.Float()
    seconds = fields.Float(allow_none=True)
    reason = fields.String(allow_none=True)


class SwitchboardSchema(Schema):
    """The faults that are on, and every mode that could be, with what it does."""

    faults = fields.List(fields.Nested(SwitchedOnSchema))
    modes = fields.Dict(keys=fields.String(), values=fields.String())


@blueprint.put("/faults")
@blueprint.arguments(SwitchSchema)
@blueprint.response(200, SwitchboardSchema)
def switch_on(sent: dict[str, Any]) -> dict[str, Any]:
    """Switch a fault on; the same mode for the same phone, store or network is replaced."""
    subjects = [sent.pop(name) for name in ("phone", "store_id", "network")]
    _faults().switch_on(Fault(only_for=next(filter(None, subjects), None), **sent))
    return _shown()


@blueprint.get("/faults")
@blueprint.response(200, SwitchboardSchema)
def list_faults() -> dict[str, Any]:
    """List the faults that are on, and all that could be."""
    return _shown()


@blueprint.delete("/faults")
@blueprint.response(204)
def clear() -> Response:
    """Heal: switch every fault off."""
    _faults().clear()
    return Response(status=204)


def _shown() -> dict[str, Any]:
    faults = _faults()
    return {"faults": faults.switched_on(), "modes": faults.modes}


def _faults() -> Faults:
    return cast("Faults", current_app.extensions["faults"])
