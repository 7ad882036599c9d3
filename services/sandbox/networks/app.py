"""Puts the networks together: their file, their switchboard, their routes."""

from flask import Flask

from services.sandbox import config, faults, faults_api, forms
from services.sandbox.database import Database
from services.sandbox.networks import (
    admitad,
    api,
    awin,
    cj,
    documents,
    impact,
    misbehave,
    pages,
    transactions,
)
from shared import logs
from shared.clock import Clock, utc_now
from shared.server import end_with_parent
from shared.web import create_app


def make() -> Flask:
    """Make the app in the server's worker process, from the environment."""
    settings = config.read()
    logs.configure("sandbox", "networks", settings.log_level)
    end_with_parent()
    return build(settings)


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app. The vendors' addresses are no part of our contract: they are theirs."""
    path = settings.folder / "networks.sqlite"
    database = Database(path, transactions.SCHEMA + faults.SCHEMA)
    app = create_app(
        "sandbox",
        title="Networks and the central bank",
        blueprints=[api.blueprint, faults_api.blueprint],
        refusals={transactions.UnknownTransaction: 404, faults.UnknownMode: 422},
        ready={"file": lambda: database.read().execute("SELECT 1")},
    )
    for vendor in (admitad, awin, cj, impact, documents):
        app.register_blueprint(vendor.blueprint)
    switchboard = faults.Faults(database, misbehave.MODES)
    app.before_request(forms.refuse_what_is_not_utf8)
    app.extensions["faults"] = switchboard
    app.extensions["networks"] = pages.Desk(database, switchboard, clock, pages.Pace())
    return app
