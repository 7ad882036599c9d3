"""Puts the billing together: its file, its switchboard, its routes."""

from flask import Flask

from services.sandbox import config, faults, faults_api, forms
from services.sandbox.database import Database
from services.sandbox.operator_billing import api, daily_file, misbehave, top_ups
from shared import logs
from shared.clock import Clock, utc_now
from shared.server import end_with_parent
from shared.web import create_app


def make() -> Flask:
    """Make the app in the server's worker process, from the environment."""
    settings = config.read()
    logs.configure("sandbox", "operator_billing", settings.log_level)
    end_with_parent()
    return build(settings)


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    path = settings.folder / "operator_billing.sqlite"
    database = Database(path, top_ups.SCHEMA + faults.SCHEMA)
    app = create_app(
        "sandbox",
        title="Operator billing",
        blueprints=[api.blueprint, faults_api.blueprint],
        refusals={
            daily_file.WrongDay: 422,
            top_ups.KeyReused: 409,
            top_ups.UnknownTopUp: 404,
            top_ups.NothingToReverse: 409,
            faults.UnknownMode: 422,
        },
        ready={"file": lambda: database.read().execute("SELECT 1")},
    )
    switchboard = faults.Faults(database, misbehave.MODES)
    app.before_request(forms.refuse_what_is_not_utf8)
    app.extensions["faults"] = switchboard
    app.extensions["operator_billing"] = api.Desk(database, switchboard, clock)
    return app
