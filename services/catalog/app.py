"""The web process's app: the JSON API and the operator's view of the messages."""

from functools import partial

from flask import Flask, request
from sqlalchemy import Engine

from services.catalog import api, config
from services.catalog.config import Settings
from services.catalog.shop_window.catalogue import Window
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.identity import Access
from shared.server import end_with_parent
from shared.web import create_app, refuse_what_is_not_utf8


def make() -> Flask:
    """Build the app from the environment; granian calls this in its worker."""
    end_with_parent()
    settings = config.from_environment()
    return build(settings, database.connect(settings.database_url), utc_now)


def build(settings: Settings, engine: Engine, clock: Clock) -> Flask:
    """Put the app together."""
    access = Access(settings.operator_key, settings.service_key)
    window = Window(engine)
    app = create_app(
        "catalog",
        title="Catalog",
        blueprints=[
            api.blueprint(settings, engine, window, access, clock),
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.before_request(lambda: refuse_what_is_not_utf8(request.query_string))
    return app
