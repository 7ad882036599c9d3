"""The web app: every blueprint of this service and the table of its refusals."""

from flask import Flask
from sqlalchemy import Engine

from services.bonus_status.api import bonuses, exposure, proof, settings, sources, statements
from services.bonus_status.api.claims import routes as claims
from services.bonus_status.proof.making import Prover
from shared import database, ops, web
from shared.clock import Clock, utc_now
from shared.identity import Access


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
            ops.blueprint(engine, access),
        ],
        refusals={
            **bonuses.REFUSALS,
            **claims.REFUSALS,
            **statements.REFUSALS,
            **sources.REFUSALS,
            **exposure.REFUSALS,
            **ops.REFUSALS,
        },
        template_folder="templates",
        ready={"postgres": lambda: database.ping(engine)},
    )
