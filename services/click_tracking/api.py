"""Flask behind the redirect: why a click was refused, and the clerk's desk."""

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import marshmallow
from flask import Flask, Response, make_response, render_template, request

from services.click_tracking.config import Settings
from services.click_tracking.journal.archive import ask_again
from services.click_tracking.journal.writer import Journal
from services.click_tracking.redirect import REFUSAL, REFUSALS
from services.click_tracking.stores import StoreBook, UnknownStore
from shared.identity import Access, NotSignedIn
from shared.pages.words import Words, language, speak
from shared.problems import ProblemSchema
from shared.schemas import Moment, StrictSchema
from shared.web import Blueprint, create_app

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_RETRY_SECONDS = "5"
TEXTS = Path(__file__).parent / "translations"
_LANGUAGES = ("ru", "en", "uk", "sv")
_TO = {
    "name": "to",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "format": "uri", "maxLength": 2048},
    "description": "page of the store to go to: https, on a host that the store allows",
}
_REDIRECT = {
    "description": "to the store, with a new click id in the store's own parameter",
    "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
}


class SinceSchema(StrictSchema):
    """From which moment to ship again."""

    since = Moment(required=True)


class RepublishedSchema(marshmallow.Schema):
    """How many clicks are shipped again."""

    events = marshmallow.fields.Integer()


def make_flask(settings: Settings, stores: StoreBook, journal: Journal) -> Flask:
    """Build the app; it keeps nothing that a redirect would need."""
    app = create_app(
        "click_tracking",
        title="click_tracking",
        blueprints=[_clicks(settings), _ops(settings)],
        refusals=REFUSALS,
        ready={"stores": stores.check, "journal": journal.check},
        template_folder="templates",
    )
    speak(app, Words(_LANGUAGES, TEXTS))
    app.jinja_env.globals["language"] = language
    return app


def _clicks(settings: Settings) -> Blueprint:
    clicks = Blueprint("clicks", __name__, description="A member goes to a store.")

    @clicks.get("/go/<store_id>")
    @clicks.doc(parameters=[_TO], responses={"302": _REDIRECT})
    @clicks.alt_response(400, schema=ProblemSchema, description="a bad query or page")
    @clicks.alt_response(401, schema=ProblemSchema, description="nobody is signed in")
    @clicks.alt_response(404, schema=ProblemSchema, description="no such store")
    @clicks.alt_response(409, schema=ProblemSchema, description="the store is paused")
    @clicks.alt_response(503, schema=ProblemSchema, description="clicks cannot be kept now")
    def go(store_id: str) -> Response:
        """Redirect the signed-in member to the store; here only what stands in the way is told."""
        refusal: Exception = request.environ[REFUSAL]
        if "text/html" not in request.headers.get("Accept", ""):
            raise refusal
        return _page(refusal, _way_on(refusal, settings.account_url.rstrip("/"), store_id))

    @clicks.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = _RETRY_SECONDS
        return response

    return clicks


def _way_on(refusal: Exception, website: str, store_id: str) -> str:
    if isinstance(refusal, UnknownStore):
        return f"{website}/"
    page = f"/stores/{quote(store_id, safe='')}"
    if isinstance(refusal, NotSignedIn):
        return f"{website}/enter?{urlencode({'back': page})}"
    return website + page


def _page(refusal: Any, way_on: str) -> Response:
    status = REFUSALS[type(refusal)]
    text = render_template("refused.html", refusal=refusal, status=status, way_on=way_on)
    page = make_response(text, status)
    page.headers["Content-Security-Policy"] = _PAGE_POLICY
    return page


def _ops(settings: Settings) -> Blueprint:
    access = Access(settings.operator_key, settings.service_key)
    ops = Blueprint("ops", __name__, url_prefix="/ops", description="The journal, shipped again.")

    @ops.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @ops.post("/events/republish")
    @ops.arguments(SinceSchema)
    @ops.response(202, RepublishedSchema)
    def republish(asked: dict[str, Any]) -> object:
        """Ship the clicks since a moment again; readers let repeats fall through."""
        return {"events": ask_again(settings.journal_dir, asked["since"])}

    return ops
