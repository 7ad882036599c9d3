"""The web process's app: its routes and refusals, put together."""

from functools import partial

from flask import Flask

from services.notifications import api, config
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.identity import Access
from shared.server import end_with_parent
from shared.web import create_app


def make_app() -> Flask:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    return build(config.from_environment(), utc_now)


def build(settings: config.Settings, clock: Clock) -> Flask:
    """Build the app, at a clock."""
    engine = database.connect(settings.database_url)
    access = Access(settings.operator_key, settings.service_key)
    app = create_app(
        "notifications",
        title="Notifications",
        blueprints=[
            api.blueprint,
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.extensions["notifications"] = api.Desk(engine, access, clock)
    return app
