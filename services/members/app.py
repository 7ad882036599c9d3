"""The web process's app: its routes and refusals, put together."""

from functools import partial

from flask import Flask

from services.members import api, config, sign_in
from services.members.relatives import api as relatives
from services.members.relatives import for_services
from services.members.relatives.codes import Codes
from services.members.relatives.desk import Desk
from services.members.relatives.operator import Operator
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.http_client import HttpClient
from shared.identity import Access, Sessions
from shared.server import end_with_parent
from shared.throttle import Throttle
from shared.web import create_app

_GUESSES_A_MINUTE = 20
_STRANGERS_A_MINUTE = 10
# A member waits for it: three tries are well under ten seconds.
_OPERATOR_WAITS_SECONDS = 2.0


def make_app() -> Flask:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    return build(config.from_environment())


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    engine = database.connect(settings.database_url)
    sessions = Sessions(settings.session_keys)
    access = Access(settings.operator_key, settings.service_key, sessions, clock)
    app = create_app(
        "members",
        title="Members",
        blueprints=[
            api.blueprint,
            relatives.blueprint,
            for_services.blueprint,
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **relatives.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.register_blueprint(sign_in.pages)
    guesses = Throttle("sign-in", settings.redis_url, _GUESSES_A_MINUTE)
    app.extensions["members"] = api.Office(settings, engine, access, sessions, clock, guesses)
    app.extensions["relatives"] = Desk(
        engine,
        access,
        clock,
        Codes(settings.session_keys),
        Operator(HttpClient(settings.billing_url, read_seconds=_OPERATOR_WAITS_SECONDS)),
        Throttle("relatives", settings.redis_url, _STRANGERS_A_MINUTE),
    )
    return app
