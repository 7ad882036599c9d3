"""The web process's app: its routes and refusals, put together."""

from functools import partial
from wsgiref.types import WSGIApplication

from flask import Flask

from services.partner_postback import config, handlers
from services.partner_postback.api import postbacks
from services.partner_postback.api.access import routes as access_routes
from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.claims import routes as claims
from services.partner_postback.api.clerks import profiles
from services.partner_postback.api.clerks import routes as clerks
from services.partner_postback.api.fast_lane import FastLane
from services.partner_postback.api.files import routes as file_routes
from services.partner_postback.api.files.uploads import refuse_broken
from services.partner_postback.api.holds import fraud, queue
from services.partner_postback.api.intake import Intake, UnknownFormat
from services.partner_postback.api.writer import CannotKeep, Writer
from services.partner_postback.click_id import ClickIds
from services.partner_postback.config import Settings
from services.partner_postback.files.broken import BrokenFile
from services.partner_postback.formats.profile import WrongProfile
from services.partner_postback.formats.signature import Forged
from services.partner_postback.holds.clerk import Desk
from services.partner_postback.partners import Directory
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.identity import Access
from shared.server import behind, end_with_parent
from shared.web import create_app


def make_app() -> WSGIApplication:
    """Build the web process's app; granian calls this in its worker."""
    end_with_parent()
    settings = config.read_settings()
    return behind(settings.trusted_proxies, build(settings))


def build(settings: Settings, clock: Clock = utc_now) -> Flask:
    """Put the web process's app together."""
    engine = database.connect(settings.database_url)
    access = Access(settings.operator_key, settings.service_key)
    directory = Directory(engine)
    clicks = ClickIds(settings.click_keys)
    record = partial(handlers.record, clicks=clicks, clock=clock)
    intake = Intake(directory, Writer(engine, record), clock)
    reader = Reader(access, directory, clock)
    desk = Desk(engine, directory, clicks, clock)
    app = create_app(
        "partner_postback",
        title="Partner postbacks",
        blueprints=[
            postbacks.blueprint(),
            *access_routes.blueprints(
                engine,
                reader,
                intake,
                record,
                to_private=settings.webhooks_to_private_addresses,
            ),
            *file_routes.blueprints(engine, reader),
            claims.blueprint(engine, reader),
            *clerks.blueprints(
                engine, access, directory, clicks, clock, plain_http=settings.allows_plain_http
            ),
            queue.blueprint(engine, access, desk),
            fraud.blueprint(engine, access, clock),
            ops.blueprint(engine, access),
        ],
        refusals={
            **access_routes.REFUSALS,
            **file_routes.REFUSALS,
            **claims.REFUSALS,
            **clerks.REFUSALS,
            **queue.REFUSALS,
            **fraud.REFUSALS,
            **ops.REFUSALS,
            UnknownFormat: 404,
            CannotKeep: 503,
        },
        ready={"postgres": partial(database.ping, engine)},
    )
    app.register_error_handler(Forged, postbacks.refuse_forged)
    app.register_error_handler(BrokenFile, refuse_broken)
    app.register_error_handler(WrongProfile, profiles.refuse_wrong)
    app.wsgi_app = FastLane(intake, app.wsgi_app)  # type: ignore[method-assign]
    app.extensions |= {"engine": engine, "directory": directory}  # for whoever built the app
    return app
