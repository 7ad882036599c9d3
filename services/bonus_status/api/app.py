"""The web app: every blueprint of this service and the table of its refusals."""

from flask import Flask
from sqlalchemy import Engine

from services.bonus_status.api import bonuses, exposure, proof, settings, sources, statements
from services.bonus_status.api.claims import routes as claims
from services.bonus_status.api.desk import clicks, figures
from services.bonus_status.config import WEB_THREADS, read_settings
from services.bonus_status.proof import neighbours
from services.bonus_status.proof.making import Prover
from shared import database, ops, web
from shared.clock import Clock, utc_now
from shared.identity import Access, Sessions
from shared.server import end_with_parent
from shared.signed import Signer


def make_app() -> Flask:
    """Make the web app, in the server's worker process."""
    end_with_parent()
    chosen = read_settings()
    sessions = Sessions(chosen.session_keys)
    access = Access(chosen.operator_key, chosen.service_key, sessions)
    engine = database.connect(chosen.database_url, pool_size=WEB_THREADS)
    others = neighbours.connect(chosen.partner_postback_url, chosen.payout_url, chosen.service_key)
    prover = Prover(engine, others, Signer(chosen.proof_keys), utc_now)
    return create_app(engine, access, prover)


def create_app(engine: Engine, access: Access, prover: Prover, clock: Clock = utc_now) -> Flask:
    """Build the web app of this service."""
    return web.create_app(
        "bonus_status",
        title="Bonuses: balances and history",
        blueprints=[
            bonuses.blueprint(engine, access),
            *claims.blueprints(engine, access, clock),
            settings.blueprint(engine, access, clock),
            statements.blueprint(engine, access, clock),
            proof.blueprint(prover, access),
            *sources.blueprints(engine, access, clock),
            exposure.blueprint(engine, access, clock),
            clicks.blueprint(engine, access),
            figures.blueprint(engine, access, clock),
            ops.blueprint(engine, access),
        ],
        refusals={
            **bonuses.REFUSALS,
            **claims.REFUSALS,
            **statements.REFUSALS,
            **sources.REFUSALS,
            **exposure.REFUSALS,
            **clicks.REFUSALS,
            **ops.REFUSALS,
        },
        template_folder="templates",
        ready={"postgres": lambda: database.ping(engine)},
    )
