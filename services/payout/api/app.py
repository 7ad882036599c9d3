"""The web process's app: its routes and refusals, put together."""

from functools import partial

from flask import Flask
from sqlalchemy import Engine

from services.payout import api, config
from services.payout.api.tills.lane import TillLane
from services.payout.certificates.codes import CodeBook
from services.payout.reconciliation.reconciling import Desk
from services.payout.tills.counter import Counter
from services.payout.top_ups.billing import Billing
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.http_client import HttpClient
from shared.identity import Access, Sessions
from shared.in_threads import InThreads
from shared.server import end_with_parent
from shared.signed import Signer
from shared.web import create_app

# A clerk who waits is told that the operator does not answer: three tries are well under his ten.
_CLERK_WAITS_SECONDS = 2.0
_FILE_SECONDS = 30.0


def make_app() -> TillLane:
    """Build the web process's app; granian calls this in its worker."""
    end_with_parent()
    settings = config.from_environment()
    behind = build(settings, database.connect(settings.database_url), utc_now)
    return in_front(behind, settings, Counter(settings.database_url), utc_now)


def in_front(behind: Flask, settings: config.Settings, counter: Counter, clock: Clock) -> TillLane:
    """Put the lane of the tills in front of Flask, which answers in threads."""
    book = CodeBook(settings.certificate_keys)
    return TillLane(counter, book, clock, InThreads(behind.wsgi_app))


def build(settings: config.Settings, engine: Engine, clock: Clock) -> Flask:
    """Build Flask's app on a database, at a clock."""
    sessions = Sessions(settings.session_keys)
    access = Access(settings.operator_key, settings.service_key, sessions, clock)
    book = CodeBook(settings.certificate_keys)
    signer = Signer(settings.manifest_keys)
    billing = Billing(HttpClient(settings.billing_url, read_seconds=_CLERK_WAITS_SECONDS))
    files = Billing(HttpClient(settings.billing_url, read_seconds=_FILE_SECONDS))
    desk = Desk(engine, settings.reconciling, clock)
    return create_app(
        "payout",
        title="Payout",
        blueprints=[
            api.members.blueprint(engine, access, settings.top_up_limits, clock),
            *api.certificates.blueprints(engine, access, book, clock),
            api.runs.blueprint(engine, access, settings.top_up_limits, signer, clock),
            api.runs.look_up(engine, access),
            api.held.blueprint(engine, access, billing, settings.patience, clock),
            api.reconciliation.days.blueprint(access, desk, files),
            api.reconciliation.cases.blueprint(engine, access, clock),
            api.operator.blueprint(
                engine, settings.operator_callback_keys, settings.patience, clock
            ),
            api.salons.blueprint(engine, access, clock),
            api.salons.tills_blueprint(engine, book, clock),
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )
