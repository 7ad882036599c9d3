"""The web process's app: its routes and refusals, put together."""

from functools import partial

from flask import Flask

from services.notifications import api, config
from services.notifications.inbox import api as inbox
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.identity import Access, Sessions
from shared.server import end_with_parent
from shared.web import create_app


def make_app() -> Flask:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    return build(config.from_environment(), utc_now)


def build(settings: config.Settings, clock: Clock) -> Flask:
    """Build the app, at a clock."""
    engine = database.connect(settings.database_url)
    sessions = Sessions(settings.session_keys)
    access = Access(settings.operator_key, settings.service_key, sessions, clock)
    app = create_app(
        "notifications",
        title="Notifications",
        blueprints=[
            api.blueprint,
            inbox.blueprint,
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **inbox.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.extensions["notifications"] = api.Desk(engine, access, clock)
    app.extensions["inbox"] = inbox.Desk(engine, access, clock)
    return app
