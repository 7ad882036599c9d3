"""What every page needs: the neighbours, the clerks' tables, the clock, and who is signed in."""

from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from sqlalchemy import Engine

from services.console.clerks.domain import Clerk
from services.console.clerks.signing_in import Door
from services.console.neighbours import Neighbours
from shared.clock import Clock
from shared.sealed import Sealer


@dataclass(frozen=True, slots=True)
class Desk:
    """Made once per process."""

    engine: Engine
    neighbours: Neighbours
    door: Door
    sealer: Sealer
    clock: Clock
    sms_kopecks: int
    kafka_bootstrap: str


def desk() -> Desk:
    """Answer what the app was built with."""
    return cast("Desk", current_app.extensions["console"])


def signed_in() -> Clerk:
    """Answer the clerk whose page this is; guard.py has let him in."""
    return cast("Clerk", g.clerk)
