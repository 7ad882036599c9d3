"""A partner's secrets: rotated by itself or by a clerk, listed without what they are."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.access.settings import (
    NewSecretSchema,
    RotationSchema,
    SecretListSchema,
)
from services.partner_postback.partners import give_secret
from services.partner_postback.store import partners as partner_queries
from shared.web import Blueprint

_ROUTE = "/partners/<partner_id>/secrets"


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes of secrets."""
    own_secrets = Blueprint("own_secrets", __name__, description="Keys and signing secrets.")

    @own_secrets.post(_ROUTE)
    @own_secrets.arguments(RotationSchema, required=False)
    @own_secrets.response(201, NewSecretSchema)
    def rotate(sent: dict[str, Any], partner_id: str) -> object:
        """Give a new signing secret or key; the old one stays valid for a while.

        Without a body: a new signing secret, with the old one valid for a day.
        """
        reader.partners_own(partner_id)
        now = reader.clock()
        overlap = timedelta(hours=sent["overlap_hours"])
        with engine.begin() as connection:
            secret = give_secret(connection, partner_id, sent["kind"], overlap=overlap, now=now)
        reader.directory.forget()
        return {"kind": sent["kind"], "secret": secret, "old_valid_until": now + overlap}

    @own_secrets.get(_ROUTE)
    @own_secrets.response(200, SecretListSchema)
    def list_secrets(partner_id: str) -> object:
        """List the secrets and keys that are valid now, and until when."""
        reader.partners_own(partner_id)
        with engine.connect() as connection:
            valid = partner_queries.valid_secrets(connection, partner_id, reader.clock())
        return {"data": valid}

    return own_secrets
