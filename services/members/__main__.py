"""Where members is put together: `python -m services.members migrate|web|relay`."""

import threading
from functools import partial

from flask import Flask

from services.members import api, config, sign_in
from shared import database, event_log, ops
from shared.clock import Clock, utc_now
from shared.identity import Access, Sessions
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor
from shared.server import end_with_parent, serve
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
        blueprints=[api.blueprint, ops.blueprint(engine, access)],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
    app.register_blueprint(sign_in.pages)
    sessions = Sessions(settings.session_keys)
    guesses = Throttle("sign-in", settings.redis_url, _GUESSES_A_MINUTE)
    app.extensions["members"] = api.Office(settings, engine, access, sessions, clock, guesses)
    return app


def _web(_stop: threading.Event) -> None:
    settings = config.from_environment()
    serve(f"{__package__}.__main__:make_app", settings.listen_host, settings.listen_port)


def _relay(stop: threading.Event) -> None:
    settings = config.from_environment()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.members", config.from_environment().database_url)


if __name__ == "__main__":
    run_role("members", {"migrate": _migrate, "web": _web, "relay": _relay})
