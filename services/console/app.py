"""The web process's app: pages, acts, the clerks' JSON routes, and the guard before them all."""

from functools import partial
from http import HTTPStatus
from pathlib import Path
from wsgiref.types import WSGIApplication

from flask import Blueprint, Flask, Response

from services.console import config, converters, guard, states, views
from services.console.acts import performing
from services.console.clerks import api
from services.console.clerks.signing_in import Door
from services.console.desk import Desk
from services.console.neighbours import Neighbours, Refused
from services.console.telling import holds, reasons, said, watched
from shared import database
from shared.clock import Clock, utc_now
from shared.identity import Access
from shared.pages.pace import keep_pace
from shared.pages.sessions import RedisSessions
from shared.pages.site import TRANSLATIONS, Site, dress, error_page
from shared.pages.words import Words
from shared.sealed import Sealer
from shared.server import behind, end_with_parent
from shared.throttle import Throttle
from shared.web import create_app

HERE = Path(__file__).parent
LANGUAGES = ("ru", "en")
TEXTS = (TRANSLATIONS, HERE / "translations")
_FAILURES_A_MINUTE = 5
_FAILURES_OF_AN_OFFICE = 30
_OUR_KEY_IS_WRONG = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_COOKIE = "cashback_console"


def make_app() -> WSGIApplication:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    settings = config.from_environment()
    return behind(settings.trusted_proxies, build(settings))


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    engine = database.connect(settings.database_url)
    sealer = Sealer(settings.clerk_keys)
    access = Access(settings.operator_key, settings.operator_key)
    app = create_app(
        "console",
        title="Console",
        blueprints=[api.blueprint(engine, access, sealer, clock)],
        refusals=api.REFUSALS,
        ready={"postgres": partial(database.ping, engine)},
        template_folder="templates",
    )
    keep_pace(app, settings.redis_url, settings.requests_a_minute, guard.name_in_session)
    dress(app, _site(settings))
    app.register_blueprint(
        Blueprint("console", __name__, static_folder="assets", static_url_path="/assets/console")
    )
    names = Throttle("console-name", settings.redis_url, _FAILURES_A_MINUTE)
    addresses = Throttle("console-address", settings.redis_url, _FAILURES_OF_AN_OFFICE)
    app.extensions["console"] = Desk(
        engine,
        Neighbours(settings.urls, settings.operator_key),
        Door(engine, sealer, names, addresses, clock),
        sealer,
        clock,
        settings.sms_kopecks,
        settings.kafka_bootstrap,
    )
    app.extensions["csrf"].exempt(app.blueprints["clerks"])
    # Files of terms and profiles are pasted into a field.
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    for telling in (states, said, holds, reasons, watched):
        app.jinja_env.filters.update(telling.FILTERS)
    guard.guard(app)
    app.register_error_handler(Refused, _refused)
    converters.register(app)
    views.register(app)
    performing.register(app)
    return app


def _refused(refused: Refused) -> Response:
    """Answer a page whose service refused what the page asked: an address that was changed."""
    if refused.status in _OUR_KEY_IS_WRONG:
        return error_page(HTTPStatus.SERVICE_UNAVAILABLE)
    is_missing = refused.status == HTTPStatus.NOT_FOUND
    return error_page(HTTPStatus.NOT_FOUND if is_missing else HTTPStatus.BAD_REQUEST)


def _site(settings: config.Settings) -> Site:
    sessions = RedisSessions(
        settings.redis_url,
        cookie=_COOKIE,
        idle=guard.IDLE,
        secure=settings.cookie_is_secure,
        samesite="Strict",
    )
    return Site(
        words=Words(LANGUAGES, *TEXTS),
        sessions=sessions,
        secret_key=settings.clerk_keys[0],
        is_secure=settings.cookie_is_secure,
        assets={"console": HERE / "assets"},
    )
