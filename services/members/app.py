"""The web process's app: its routes and refusals, put together."""

from functools import partial

from flask import Flask

from services.members import api, config, contacts, sign_in
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.identity import Access, Sessions
from shared.server import end_with_parent
from shared.throttle import Throttle
from shared.web import create_app

_GUESSES_A_MINUTE = 20


def make_app() -> Flask:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    return build(config.from_environment())


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    engine = database.connect(settings.database_url)
    access = Access(settings.operator_key, settings.service_key)
    app = create_app(
        "members",
        title="Members",
        blueprints=[api.blueprint, contacts.blueprint, ops.blueprint(engine, access)],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.register_blueprint(sign_in.pages)
    sessions = Sessions(settings.session_keys)
    guesses = Throttle("sign-in", settings.redis_url, _GUESSES_A_MINUTE)
    app.extensions["members"] = api.Office(settings, engine, access, sessions, clock, guesses)
    return app
