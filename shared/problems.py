"""Errors over HTTP in one shape, RFC 9457 problem+json, with a code and the field at fault."""

import json
import threading
from collections.abc import Callable
from typing import Any

import marshmallow
from flask import Flask, Response, g
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"


class TooManyTries(Exception):
    """Somebody failed too often within a minute; a refusal stands here, free of what counts."""

    code = "too_many_tries"
    retry_after_seconds = 60

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Too many failed tries within a minute: wait a minute and try again.")


class FaultSchema(marshmallow.Schema):
    """One field that is wrong."""

    field = marshmallow.fields.String(required=True)
    message = marshmallow.fields.String(required=True)


class ProblemSchema(marshmallow.Schema):
    """What every refused request is answered with."""

    type = marshmallow.fields.String(required=True)
    title = marshmallow.fields.String(required=True)
    status = marshmallow.fields.Integer(required=True)
    code = marshmallow.fields.String(
        required=True, metadata={"description": "stable, for programs"}
    )
    detail = marshmallow.fields.String(required=True, metadata={"description": "for people"})
    request_id = marshmallow.fields.String()
    errors = marshmallow.fields.List(marshmallow.fields.Nested(FaultSchema))


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Build the answer to a refused request; `more` joins the body (errors, receipt_id)."""
    body = {
        "type": f"urn:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id"),
        **more,
    }
    return Response(json.dumps(body, default=str), status, content_type=CONTENT_TYPE)


def field_faults(messages: Any, path: str = "") -> list[dict[str, str]]:
    """Flatten marshmallow's messages to `[{"field": "amount.currency", "message": …}]`."""
    if isinstance(messages, dict):
        return [
            fault
            for name, said in messages.items()
            for fault in field_faults(said, _under(path, str(name)))
        ]
    said = messages if isinstance(messages, str) else " ".join(str(one) for one in messages)
    return [{"field": path, "message": said}]


def http_problem(error: HTTPException) -> Response:
    """Answer an HTTP error, and name the fields where a schema refused them."""
    data = getattr(error, "data", None) or {}
    said = data.get("messages") or data.get("errors")
    status = error.code or 500
    code = error.name.lower().replace(" ", "_")
    if not said:
        answer = problem(status, code, error.description or error.name)
    else:
        # The first level only says where webargs looked: json, query, form.
        faults = [one for place in said.values() for one in field_faults(place)]
        detail = "; ".join(f"{one['field']}: {one['message']}" for one in faults[:5])
        answer = problem(status, "invalid_fields", detail, errors=faults)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


class ProblemApi(Api):
    """flask-smorest's Api, answering errors as problems; it is described once somebody asks."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        """Take the app; its blueprints are registered as usual."""
        self._descriptions: list[Callable[[], None]] = []
        self._describing = threading.Lock()
        super().__init__(app)

    def describe_later(self, description: Callable[[], None]) -> None:
        """Keep what describes a blueprint: it costs more than all else that an app is made of."""
        self._descriptions.append(description)

    def _openapi_json(self) -> Any:
        with self._describing:
            while self._descriptions:
                self._descriptions.pop(0)()
        return super()._openapi_json()

    def _register_responses(self) -> None:
        # flask-smorest has one media type for answers and errors; ours differ, as OpenAPI must say.
        answers: str = Api.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = CONTENT_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = answers

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer an HTTP error as a problem."""
        return http_problem(error)


def _under(path: str, name: str) -> str:
    if name == "_schema":
        return path
    return f"{path}.{name}" if path else name
