"""The routes that partners send to, as Flask answers and describes them."""

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed

from services.partner_postback.api.fast_lane import FOR_FLASK, FORM_ROUTE, ROUTE, body_of
from services.partner_postback.api.intake import status_of
from services.partner_postback.api.schemas import RefusalSchema, VerdictSchema
from services.partner_postback.formats.signature import Forged
from services.partner_postback.formats.signed_json import SAMPLES, PostbackSchema
from services.partner_postback.verdicts import Outcome, Verdict
from shared.problems import CONTENT_TYPE, problem
from shared.web import Blueprint

_SAMPLES = {
    f"step_{number}": {"summary": about, "value": message}
    for number, (about, message) in enumerate(SAMPLES.items(), start=1)
}
_BODY = {
    "content": {"application/json": {"schema": PostbackSchema, "examples": _SAMPLES}},
    "required": True,
}
_RESPONSES = {
    status: {"description": why, "content": {kind: {"schema": schema}}}
    for status, why, kind, schema in (
        ("200", "accepted, or repeated", "application/json", VerdictSchema),
        ("202", "held until its cause is gone", "application/json", VerdictSchema),
        ("401", "the proof failed; nothing is kept", CONTENT_TYPE, RefusalSchema),
        ("403", "address or format not allowed", CONTENT_TYPE, RefusalSchema),
        ("409", "webhook-id with other content", CONTENT_TYPE, RefusalSchema),
        ("422", "refused; the field is named", CONTENT_TYPE, RefusalSchema),
        ("503", "not kept; send it again", CONTENT_TYPE, RefusalSchema),
    )
}
_OF_FORMS = {
    **_RESPONSES,
    "415": {
        "description": "a body of another content type",
        "content": {CONTENT_TYPE: {"schema": RefusalSchema}},
    },
}
_HEADERS = [
    {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]


def blueprint() -> Blueprint:
    """Build the routes that partners send to."""
    postbacks = Blueprint("postbacks", __name__, description="Partners' messages.")

    @postbacks.post(ROUTE)
    @postbacks.doc(requestBody=_BODY, parameters=_HEADERS, responses=_RESPONSES)
    def receive_signed(partner_id: str) -> Response:
        """Take a message in our own format, signed by the Standard Webhooks convention."""
        del partner_id
        return _answer_rest()

    @postbacks.route(FORM_ROUTE, methods=["GET", "POST"])
    @postbacks.doc(responses=_OF_FORMS)
    def receive_form(partner_id: str, format_name: str) -> Response:
        """Take a message of a network or a plain form, with the partner's key as its profile says.

        A profile may want every message answered alike; the receipt still tells the truth.
        """
        del partner_id, format_name
        if request.method == "HEAD":  # who only looks reports nothing
            raise MethodNotAllowed(["GET", "POST"])
        return _answer_rest()

    return postbacks


def _answer_rest() -> Response:
    """Answer what the fast lane has taken in and could not answer."""
    taken: Outcome | Exception = request.environ[FOR_FLASK]
    if isinstance(taken, Exception):
        raise taken
    return _answer(taken)


def refuse_forged(forged: Forged) -> Response:
    """Answer a request that proved nothing."""
    return problem(401, forged.code, str(forged))


def _answer(outcome: Outcome) -> Response:
    status = status_of(outcome)
    if outcome.verdict is not Verdict.REFUSED:
        return Response(body_of(outcome), status, content_type="application/json")
    fault = {"field": outcome.field, "message": outcome.detail}
    more = {
        "receipt_id": outcome.receipt_id,
        "verdict": outcome.verdict,
        "field": outcome.field,
        **({"errors": [fault]} if outcome.field else {}),
    }
    return problem(status, outcome.code, outcome.detail, **more)
