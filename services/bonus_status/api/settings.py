"""What the programme decides for itself: read and changed by clerks, with who and why."""

from typing import Any

from flask import request
from sqlalchemy import Engine

from services.bonus_status.api import schemas
from services.bonus_status.store import settings
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("settings", __name__, description="What the programme has decided.")

    @routes.get("/settings")
    @routes.response(200, schemas.SettingsSchema)
    def shown() -> object:
        """Answer what counts now."""
        access.require_operator(request)
        with engine.connect() as connection:
            return {"unfunded_accrues": settings.unfunded_accrues(connection)}

    @routes.put("/settings")
    @routes.arguments(schemas.NewSettingsSchema)
    @routes.response(200, schemas.SettingsSchema)
    def change(sent: dict[str, Any]) -> object:
        """Decide anew, for what is reported from now on; each decision is kept with its reason."""
        access.require_operator(request)
        with engine.begin() as connection:
            settings.change(connection, **sent, now=clock())
        return {"unfunded_accrues": sent["unfunded_accrues"]}

    return routes
