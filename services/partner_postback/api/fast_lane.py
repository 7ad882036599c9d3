"""The fast lane: messages are taken in by a small WSGI callable in front of Flask.

Flask's dispatch costs as much as reading, proving and keeping a message together (figures in the
README). What is accepted, repeated or held is answered here, and whatever a profile wants to have
answered in its own words; anything else is handed to Flask with what became of it, so that refusals
look like everywhere else.
"""

import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from werkzeug.exceptions import BadRequest, LengthRequired, RequestEntityTooLarge

from services.partner_postback.api.intake import Intake, status_of
from services.partner_postback.formats.profile import Answer
from services.partner_postback.formats.request import FORM_TYPE, LARGEST_MESSAGE_BYTES
from services.partner_postback.verdicts import Outcome, Verdict
from shared.web import note_answer, request_id_of

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

ROUTE = "/postbacks/<partner_id>"
FORM_ROUTE = f"{ROUTE}/<format_name>"
_METHODS = ("GET", "POST")
# What became of a message that is Flask's to answer: an Outcome that refuses it, or an exception.
FOR_FLASK = "partner_postback.for_flask"
_PATH = re.compile(r"/postbacks/([^/]+)(?:/([^/]+))?")


class FastLane:
    """Stands in front of Flask's own WSGI callable."""

    def __init__(self, intake: Intake, behind: WsgiApp) -> None:
        self._intake = intake
        self._behind = behind

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Take a message in and answer it, or hand the request on."""
        path: str = environ["PATH_INFO"]
        match = _PATH.fullmatch(path)
        method = environ["REQUEST_METHOD"]
        if match is None or method not in (_METHODS if match[2] else ("POST",)):
            return self._behind(environ, start_response)
        began = time.perf_counter()
        name = match[2] or "signed"
        taken = self._take(match[1], name, environ)
        if isinstance(taken, Exception):
            environ[FOR_FLASK] = taken
            return self._behind(environ, start_response)
        fixed = self._intake.directory.answer_of(name)
        if fixed is None and taken.verdict is Verdict.REFUSED:
            environ[FOR_FLASK] = taken
            return self._behind(environ, start_response)
        status, body, content_type = _answer(taken, fixed)
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-Id", request_id),
        ]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        route = FORM_ROUTE if match[2] else ROUTE
        seconds = time.perf_counter() - began
        note_answer(method, route, path, status, seconds, request_id=request_id)
        return [body]

    def _take(self, partner_id: str, name: str, environ: Environ) -> Outcome | Exception:
        try:
            return self._intake.take(partner_id, name, environ, _body(environ))
        except Exception as fault:  # noqa: BLE001 - Flask's error handlers answer it, or log it
            return fault


def _answer(outcome: Outcome, fixed: Answer | None) -> tuple[int, bytes, str]:
    if fixed is not None:
        return fixed.status, fixed.body.encode(), fixed.content_type
    return status_of(outcome), body_of(outcome), "application/json"


def body_of(outcome: Outcome) -> bytes:
    """Answer the JSON of a verdict that refuses nothing."""
    return msgspec.json.encode(
        {
            "receipt_id": outcome.receipt_id,
            "verdict": outcome.verdict,
            "code": outcome.code,
            "detail": outcome.detail,
            "conversion_id": outcome.conversion_id,
        }
    )


def _body(environ: Environ) -> bytes:
    """Read a body that is whole: the server hands on what came before a connection was cut."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return _body_in_chunks(environ)
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_MESSAGE_BYTES:
        raise RequestEntityTooLarge
    body: bytes = environ["wsgi.input"].read(int(length))
    if len(body) < int(length):
        message = f"The body ended after {len(body)} of {length} bytes: send it again."
        raise BadRequest(message)
    return body


def _body_in_chunks(environ: Environ) -> bytes:
    """Read a body of a length that nobody told; of a form, which can be cut anywhere, none."""
    if environ.get("CONTENT_TYPE", "").lower().lstrip().startswith(FORM_TYPE):
        message = "Send a form with its Content-Length: without it a cut one looks whole."
        raise LengthRequired(message)
    body: bytes = environ["wsgi.input"].read(LARGEST_MESSAGE_BYTES + 1)
    if len(body) > LARGEST_MESSAGE_BYTES:
        raise RequestEntityTooLarge
    return body
