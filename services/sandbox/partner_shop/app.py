"""Puts the shop together: its file, its partners, its courier, its pages."""

from flask import Flask

from services.sandbox import config, faults, faults_api, forms
from services.sandbox.database import Database
from services.sandbox.partner_shop import api, deliveries, orders, pages, sender
from services.sandbox.partner_shop.partners import Partners, UnknownStore
from shared import logs
from shared.clock import Clock, utc_now
from shared.server import end_with_parent
from shared.web import create_app


def make() -> Flask:
    """Make the app in the server's worker process, from the environment, and start its courier."""
    settings = config.read()
    logs.configure("sandbox", "partner_shop", settings.log_level)
    end_with_parent()
    app = build(settings)
    app.extensions["partner_shop"].sender.start()
    return app


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    path = settings.folder / "partner_shop.sqlite"
    database = Database(path, orders.SCHEMA + deliveries.SCHEMA + faults.SCHEMA)
    switchboard = faults.Faults(database, sender.MODES)
    partners = Partners(settings.partners_file)
    courier = sender.Sender(database, partners, switchboard, settings.partner_postback_url, clock)
    app = create_app(
        "sandbox",
        title="Partner shop",
        blueprints=[pages.blueprint, api.blueprint, faults_api.blueprint],
        refusals={
            UnknownStore: 404,
            orders.UnknownOrder: 404,
            deliveries.NothingSent: 404,
            pages.WrongAmount: 422,
            faults.UnknownMode: 422,
        },
        ready={"file": lambda: database.read().execute("SELECT 1")},
    )
    app.before_request(forms.refuse_what_is_not_utf8)
    app.extensions["faults"] = switchboard
    app.extensions["partner_shop"] = api.Shop(database, partners, courier, clock)
    return app
