"""The Flask base of every service: problems, request ids, health, readiness and metrics."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import marshmallow
import msgspec
import structlog
from flask import Flask, Response, abort, g, request
from flask_smorest import Blueprint as SmorestBlueprint
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from webargs.flaskparser import FlaskParser

from shared.body import CutShort, NoLength, TooManyUploads, has_no_body
from shared.identity import NotAllowed, NotSignedIn
from shared.json_body import MalformedJson, read_json
from shared.problems import ProblemApi, TooManyTries, problem

log = structlog.get_logger()
LATENCY = Histogram(
    "http_request_seconds", "Time to answer, by route and status.", ["method", "route", "status"]
)

LARGEST_BODY_BYTES = 1024 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ALWAYS_REFUSED: dict[type[Exception], int] = {
    MalformedJson: 400,
    CutShort: 400,
    NoLength: 411,
    NotSignedIn: 401,
    NotAllowed: 401,
    TooManyTries: 429,
    TooManyUploads: 503,
}


class RepeatedParameter(ValueError):
    """A query parameter was given twice."""

    code = "repeated_parameter"

    def __init__(self, name: str) -> None:
        """Name it."""
        self.field = name
        super().__init__(f"The parameter {name[:50]!r} is given more than once.")


class NotUtf8(ValueError):
    """A query parameter is not UTF-8."""

    code = "not_utf8"

    def __init__(self, name: str) -> None:
        """Name it."""
        self.field = name
        super().__init__(f"The parameter {name[:50]!r} is not UTF-8.")


class StrictParser(FlaskParser):
    """webargs, reading JSON strictly and refusing repeated or unknown query parameters."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs' own declaration
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
    }

    def load_json(self, req: object, schema: object) -> object:
        """Read the body whatever content type it claims; none is `{}`; raises MalformedJson."""
        del req, schema
        return {} if has_no_body() else read_json(request.get_data())

    def load_querystring(self, req: object, schema: object) -> object:
        """Read the query; raises RepeatedParameter."""
        del req, schema
        return single_parameters()


class Blueprint(SmorestBlueprint):
    """flask-smorest's Blueprint with the strict parser, described when somebody asks."""

    ARGUMENTS_PARSER = StrictParser()

    def register_views_in_doc(self, api: ProblemApi, *told: Any, **by_name: Any) -> None:
        """Put it off: most processes are never asked what they answer."""
        api.describe_later(partial(super().register_views_in_doc, api, *told, **by_name))


def single_parameters() -> dict[str, str]:
    """Answer the query parameters, each given once; raises RepeatedParameter, NotUtf8."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise RepeatedParameter(name)
    refuse_what_is_not_utf8(request.query_string)
    return request.args.to_dict()


def refuse_what_is_not_utf8(written: bytes) -> None:
    """Look through a query, or a form's body, as it was sent; raises NotUtf8."""
    # werkzeug leaves such bytes as they were written, `%FF`, as if somebody had meant that.
    for part in written.split(b"&"):
        try:
            unquote_to_bytes(part).decode()
        except UnicodeDecodeError:
            raise NotUtf8(part.partition(b"=")[0].decode("ascii", "replace")) from None


def create_app(  # noqa: PLR0913 - what an app is made of, by name
    service: str,
    *,
    title: str,
    blueprints: Sequence[SmorestBlueprint],
    refusals: Mapping[type[Exception], int],
    ready: Mapping[str, Callable[[], object]],
    template_folder: str | None = None,
    static_folder: str | None = None,
) -> Flask:
    """Build a service's app.

    `refusals`: domain exception → HTTP status; its `code`, `field` and sentence become the problem,
    which `more` of it joins as it is.
    `ready`: dependency → a call that raises when it does not answer; /readyz asks them all.
    """
    app = Flask(f"services.{service}", template_folder=template_folder, static_folder=static_folder)
    app.config.update(
        API_TITLE=title,
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        PROPAGATE_EXCEPTIONS=False,
    )
    # Else `//` is answered by a redirect to whatever host the request names.
    app.url_map.merge_slashes = False
    api = ProblemApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    _refuse(app, {RepeatedParameter: 400, NotUtf8: 400, **_ALWAYS_REFUSED, **refusals})
    if "postgres" in ready:
        _refuse_without_database(app)
    _watch(app)
    _answer_probes(app, ready)
    return app


def json_answer(data: object) -> Response:
    """Answer plain data as it is, moments as they stand: for long lists.

    A schema's dump of them would cost more than all the rest; the route still declares the schema.
    """
    return Response(msgspec.json.encode(data), mimetype="application/json")


def request_id_of(sent: str) -> str:
    """Answer the id of a request: the sender's, if it is one, or a new one."""
    return sent if _REQUEST_ID.fullmatch(sent) else uuid4().hex


def note_answer(
    method: str, route: str, path: str, status: int, seconds: float, **more: str
) -> None:
    """Measure and log an answer; for what stands in front of Flask too."""
    known = method if method in _METHODS else "other"  # else anybody makes as many as he likes
    LATENCY.labels(known, route, status).observe(seconds)
    if not route.startswith(("/healthz", "/readyz", "/metrics")):
        asked = {"method": method, "path": path, "status": status, **more}
        log.info("http.answered", **asked, milliseconds=round(seconds * 1000, 1))


def _refuse(app: Flask, refusals: Mapping[type[Exception], int]) -> None:
    def answer(refusal: Exception) -> Response:
        status = next(refusals[kind] for kind in type(refusal).__mro__ if kind in refusals)
        field = getattr(refusal, "field", None)
        more = dict(getattr(refusal, "more", {}))
        if field:
            more["errors"] = [{"field": field, "message": str(refusal)}]
        answer = problem(status, getattr(refusal, "code", "refused"), str(refusal), **more)
        if wait := getattr(refusal, "retry_after_seconds", None):
            answer.headers["Retry-After"] = str(wait)
        return answer

    for kind in refusals:
        app.register_error_handler(kind, answer)


def _refuse_without_database(app: Flask) -> None:
    # Here, not above: who has no such database starts in half of the time.
    from shared.database import SERVER_AWAY  # noqa: PLC0415

    def answer(fault: Exception) -> Response:
        log.warning("http.database_away", fault=str(fault)[:300])
        detail = "The database does not answer at this moment. Try again a little later."
        answer = problem(503, "try_again", detail)
        answer.headers["Retry-After"] = "1"
        return answer

    for kind in SERVER_AWAY:
        app.register_error_handler(kind, answer)


def _watch(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.request_id = request_id_of(request.headers.get("X-Request-Id", ""))
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if "\x00" in request.path:
            g.shown_path = "(with NUL)"  # what stands before it may be a secret
            abort(404)  # nothing has such a name, and PostgreSQL could not even look for it

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        route = request.url_rule.rule if request.url_rule else "(none)"
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        # A path may hold a secret: its view then says what to show instead.
        path = g.get("shown_path", request.path)
        note_answer(request.method, route, path, response.status_code, seconds)
        return response


def _answer_probes(app: Flask, ready: Mapping[str, Callable[[], object]]) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> tuple[dict[str, str], int]:
        answers = {name: _ask(call) for name, call in ready.items()}
        return answers, 200 if all(said == "ready" for said in answers.values()) else 503

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _ask(call: Callable[[], object]) -> str:
    try:
        call()
    except Exception as fault:  # noqa: BLE001 - whatever is wrong, the answer is "not ready, because"
        return f"not ready: {type(fault).__name__}"
    return "ready"
