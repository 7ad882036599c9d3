"""Put on a Flask app what all pages share: layout, languages, sessions, CSRF, headers, errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    make_response,
    render_template,
    request,
    session,
)
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from shared.database import SERVER_AWAY
from shared.http_client import CallFailed
from shared.pages import written
from shared.pages.form import Form
from shared.pages.sessions import RedisSessions, Session
from shared.pages.words import LANGUAGE_COOKIE, Words, language, speak
from shared.problems import TooManyTries, http_problem
from shared.web import NotUtf8, RepeatedParameter

log = structlog.get_logger()
HERE = Path(__file__).parent
TRANSLATIONS = HERE / "translations"
_YEAR_SECONDS = 365 * 24 * 3600
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# Routes for programs beside the pages: they are told in problems, as everywhere.
_API = "/api/"
_MACHINES = ("/healthz", "/readyz", "/metrics", "/openapi")


@dataclass(frozen=True, slots=True)
class Site:
    """What differs from one site to the other."""

    words: Words
    sessions: RedisSessions
    secret_key: bytes
    is_secure: bool
    assets: Mapping[str, Path]
    """The site's own files by the blueprint that serves them, such as `{"account": folder}`."""


def dress(app: Flask, site: Site) -> None:
    """Make a site of an app: call it once, before the pages' own blueprints are registered."""
    app.secret_key = site.secret_key
    app.session_interface = site.sessions
    app.config.update(
        # The session's own end is the token's.
        WTF_CSRF_TIME_LIMIT=None,
        # Flask-WTF compares the Referer to the host; we look at Sec-Fetch-Site and Origin instead.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=True,
        SEND_FILE_MAX_AGE_DEFAULT=_YEAR_SECONDS,
    )
    CSRFProtect(app)
    speak(app, site.words)
    app.jinja_env.filters.update(written.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    ground = Blueprint(
        "page",
        __name__,
        template_folder="templates",
        static_folder="assets",
        static_url_path="/assets/page",
    )
    app.register_blueprint(ground)
    _name_assets(app, {"page": HERE / "assets", **site.assets})
    _choose_language(app, site)
    _guard(app, site)
    _show_errors(app)


def local_path(wanted: str, otherwise: str = "/") -> str:
    """Answer a path of this site to go on to, never another site's address.

    `/stores/aliexpress?q=1` is one; `//evil.example`, `https:/evil.example`, and a backslash, which
    browsers read as a slash, are not.
    """
    parts = urlsplit(wanted)
    is_ours = (
        wanted.startswith("/")
        and not wanted.startswith("//")
        and "\\" not in wanted
        and wanted.isprintable()
        and not parts.scheme
        and not parts.netloc
    )
    return wanted if is_ours else otherwise


def remember_language(response: BaseResponse, language: str, *, is_secure: bool) -> None:
    """Let the pages speak a language to this browser from now on."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=_YEAR_SECONDS,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def _name_assets(app: Flask, folders: Mapping[str, Path]) -> None:
    # A file's own content names it: browsers keep it for a year, and fetch it anew when it changes.
    versions = {
        (owner, path.name): sha256(path.read_bytes()).hexdigest()[:12]
        for owner, folder in folders.items()
        for path in folder.iterdir()
        if path.is_file()
    }

    @app.context_processor
    def addresses() -> dict[str, object]:
        def asset(owner: str, name: str) -> str:
            return app.url_for(f"{owner}.static", filename=name, v=versions[owner, name])

        return {"asset": asset, "language": language(), "languages": words.languages, "Form": Form}

    words: Words = app.extensions["words"]


def _choose_language(app: Flask, site: Site) -> None:
    @app.post("/language")
    def choose_language() -> Response:
        wanted = request.form.get("language", "")
        if wanted not in site.words.languages:
            abort(400)
        response = make_response("", HTTPStatus.SEE_OTHER)
        response.location = local_path(request.form.get("back", "/"))
        remember_language(response, wanted, is_secure=site.is_secure)
        return response


def _guard(app: Flask, site: Site) -> None:
    @app.before_request
    def refuse_other_sites() -> None:
        # Beside the token: a browser says itself when another site sends the form.
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(403)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if site.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if not request.path.startswith("/assets/"):
            # Neither a proxy nor the back button shows a page after its reader has signed out.
            response.headers.setdefault("Cache-Control", "no-store")
        elif request.args.get("v"):
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return response


def _show_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | HTTPException:
        if request.path.startswith(_MACHINES) or error.code is None:
            return error
        if request.path.startswith(_API):
            return http_problem(error)
        return error_page(error.code)

    @app.errorhandler(TooManyTries)
    def slow_down(error: TooManyTries) -> Response:
        response = error_page(HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response

    def unreadable(error: Exception) -> Response:
        del error
        return error_page(HTTPStatus.BAD_REQUEST)

    app.register_error_handler(CSRFError, _too_old)
    for kind in (NotUtf8, RepeatedParameter):
        app.register_error_handler(kind, unreadable)
    for fault in (CallFailed, *SERVER_AWAY):
        app.register_error_handler(fault, _away)


def _too_old(error: CSRFError) -> Response:
    if cast("Session", session).away:
        # Nobody's token can be looked at now: the form itself is as good as it was.
        return _away(error)
    return error_page(HTTPStatus.BAD_REQUEST, "stale")


def _away(error: Exception) -> Response:
    log.warning("site.part_away", fault=str(error)[:300])
    response = error_page(HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "5"
    return response


def error_page(status: int, why: str = "") -> Response:
    """Show a page that says what went wrong and where to go on."""
    said = {"status": int(status), "why": why, "request_id": g.get("request_id", "")}
    return make_response(render_template("page/error.html", **said), status)
