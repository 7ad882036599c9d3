"""The fast lane: signed messages are taken in by a small WSGI callable in front of Flask.

Flask's dispatch costs as much as reading, proving and keeping a message together (figures in the
README). What is accepted, repeated or held is answered here; anything else is handed to Flask with
what became of it, so that refusals look like everywhere else.
"""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge

from services.partner_postback.api.intake import Intake, status_of
from services.partner_postback.verdicts import Outcome, Verdict
from shared.web import LARGEST_BODY_BYTES, note_answer, request_id_of

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

ROUTE = "/postbacks/<partner_id>"
# What became of a message that is Flask's to answer: an Outcome that refuses it, or an exception.
FOR_FLASK = "partner_postback.for_flask"
_PATH = re.compile(r"/postbacks/([^/]+)")
_PHRASES = {200: "200 OK", 202: "202 Accepted"}


class FastLane:
    """Stands in front of Flask's own WSGI callable."""

    def __init__(self, intake: Intake, behind: WsgiApp) -> None:
        self._intake = intake
        self._behind = behind

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Take a signed message in and answer it, or hand the request on."""
        path: str = environ["PATH_INFO"]
        match = _PATH.fullmatch(path)
        if match is None or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        began = time.perf_counter()
        taken = self._take(match[1], environ)
        if isinstance(taken, Exception) or taken.verdict is Verdict.REFUSED:
            environ[FOR_FLASK] = taken
            return self._behind(environ, start_response)
        status, body = status_of(taken), body_of(taken)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-Id", request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))),
        ]
        start_response(_PHRASES[status], headers)
        note_answer("POST", ROUTE, path, status, time.perf_counter() - began)
        return [body]

    def _take(self, partner_id: str, environ: Environ) -> Outcome | Exception:
        try:
            return self._intake.take(partner_id, "signed", environ, _body(environ))
        except Exception as fault:  # noqa: BLE001 - Flask's error handlers answer it, or log it
            return fault


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
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ.get("HTTP_TRANSFER_ENCODING"):  # in chunks, of a length that nobody told
        length = str(LARGEST_BODY_BYTES + 1)
    elif not length.isdecimal() or int(length) > LARGEST_BODY_BYTES:
        raise RequestEntityTooLarge
    body: bytes = environ["wsgi.input"].read(int(length))
    if len(body) > LARGEST_BODY_BYTES:
        raise RequestEntityTooLarge
    return body
