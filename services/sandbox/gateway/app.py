"""Puts the gateway together: its file, its switchboard, its routes."""

from flask import Flask

from services.sandbox import config, faults, faults_api, forms
from services.sandbox.database import Database
from services.sandbox.gateway import api, messages
from shared import logs
from shared.clock import Clock, utc_now
from shared.server import end_with_parent
from shared.web import create_app


def make() -> Flask:
    """Make the app in the server's worker process, from the environment."""
    settings = config.read()
    logs.configure("sandbox", "gateway", settings.log_level)
    end_with_parent()
    return build(settings)


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    path = settings.folder / "gateway.sqlite"
    database = Database(path, messages.SCHEMA + faults.SCHEMA)
    app = create_app(
        "sandbox",
        title="SMS and mail gateway",
        blueprints=[api.blueprint, faults_api.blueprint],
        refusals={messages.KeyReused: 409, faults.UnknownMode: 422},
        ready={"file": lambda: database.read().execute("SELECT 1")},
    )
    switchboard = faults.Faults(database, api.MODES)
    app.before_request(forms.refuse_what_is_not_utf8)
    app.extensions["faults"] = switchboard
    app.extensions["gateway"] = api.Desk(database, switchboard, clock)
    return app
