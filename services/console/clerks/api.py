"""The JSON routes of `cashback clerks`: made, renewed and ended with the operator's key."""

from typing import Any

import marshmallow
from flask import request
from marshmallow.validate import OneOf
from sqlalchemy import Engine

from services.console.clerks import proving, store
from services.console.clerks.domain import Role
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Slug, StrictSchema
from shared.sealed import Sealer
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {store.ClerkTaken: 409, store.UnknownClerk: 404}
_ROLES = [role.value for role in Role]


class NewClerkSchema(StrictSchema):
    """A clerk to be."""

    name = Slug(required=True)
    role = marshmallow.fields.String(required=True, validate=OneOf(_ROLES))


class ClerkSchema(marshmallow.Schema):
    """A clerk, without his secrets."""

    name = marshmallow.fields.String(required=True)
    role = marshmallow.fields.String(required=True, validate=OneOf(_ROLES))
    is_active = marshmallow.fields.Boolean(required=True)
    password_is_temporary = marshmallow.fields.Boolean(required=True)


class ClerkListSchema(marshmallow.Schema):
    """All clerks by name."""

    data = marshmallow.fields.List(marshmallow.fields.Nested(ClerkSchema), required=True)


class ClerkSecretsSchema(marshmallow.Schema):
    """What a clerk needs for his first sign-in; shown this once."""

    name = marshmallow.fields.String(required=True)
    one_time_password = marshmallow.fields.String(required=True)
    totp_uri = marshmallow.fields.String(required=True)


def new_secrets(name: str, sealer: Sealer) -> tuple[dict[str, str], dict[str, str]]:
    """Answer new secrets twice: as the clerk is told them, and as they are kept."""
    password = proving.one_time_password()
    secret, sealed = proving.new_totp_secret(sealer)
    told = {
        "name": name,
        "one_time_password": password,
        "totp_uri": proving.totp_uri(name, secret),
    }
    return told, {"password_hash": proving.hash_password(password), "totp_secret": sealed}


def blueprint(engine: Engine, access: Access, sealer: Sealer, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("clerks", __name__, url_prefix="/api/clerks", description="Clerks.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("")
    @routes.response(200, ClerkListSchema)
    def list_clerks() -> object:
        """List the clerks."""
        with engine.connect() as connection:
            return {"data": store.listing(connection)}

    @routes.post("")
    @routes.arguments(NewClerkSchema)
    @routes.response(201, ClerkSecretsSchema)
    def add(sent: dict[str, Any]) -> object:
        """Make a clerk; his one-time password and TOTP secret are answered this once."""
        told, kept = new_secrets(sent["name"], sealer)
        with engine.begin() as connection:
            role = Role(sent["role"])
            store.add(connection, name=sent["name"], role=role, made_at=clock(), **kept)
        return told

    @routes.post("/<name>/renew")
    @routes.response(200, ClerkSecretsSchema)
    def renew(name: str) -> object:
        """Give a clerk new secrets, for a lost phone or password; his sessions end."""
        told, kept = new_secrets(name, sealer)
        with engine.begin() as connection:
            store.renew(connection, name, **kept)
        return told

    @routes.post("/<name>/end")
    @routes.response(204)
    def end(name: str) -> None:
        """Let a clerk in no more; his sessions end, his acts stay."""
        with engine.begin() as connection:
            store.end(connection, name)

    return routes
