"""The clerk's desk: partners and their secrets."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import request
from sqlalchemy import Engine

from services.partner_postback.api.names import WrongName, check_name
from services.partner_postback.api.schemas import (
    KnownPartnerSchema,
    PartnerSchema,
)
from services.partner_postback.partners import (
    Directory,
    UnknownPartner,
    give_secret,
    ip_ranges,
)
from services.partner_postback.store import partners as partner_queries
from services.partner_postback.store.partners import Partner
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

_NOTHING = timedelta(0)


class UnknownFormats(ValueError):
    """A partner cannot be allowed what nobody said how to read."""

    code = "invalid_fields"
    field = "formats"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"formats: There is no {', '.join(names)}. GET /profiles lists them.")


def blueprint(engine: Engine, access: Access, directory: Directory, clock: Clock) -> Blueprint:
    """Build the clerk's routes."""
    desk = Blueprint("desk", __name__, description="Partners; for clerks.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @desk.put("/partners/<partner_id>")
    @desk.arguments(PartnerSchema)
    @desk.response(200, KnownPartnerSchema)
    @desk.alt_response(201, schema=KnownPartnerSchema, description="new, with its key and secret")
    def put_partner(sent: dict[str, Any], partner_id: str) -> object:
        """Make or change a partner."""
        partner = _partner(partner_id, sent)
        unknown = sorted({*partner.formats} - directory.formats().keys())
        if unknown:
            raise UnknownFormats(unknown)
        now = clock()
        given = {}
        with engine.begin() as connection:
            if partner_queries.put(connection, partner, now):
                for name, kind in (("key", "key"), ("secret", "signing")):
                    given[name] = give_secret(
                        connection, partner_id, kind, overlap=_NOTHING, now=now
                    )
        directory.forget()
        return {**_shown(partner), **given}, 201 if given else 200

    @desk.get("/partners/<partner_id>")
    @desk.response(200, KnownPartnerSchema)
    def read_partner(partner_id: str) -> object:
        """Read a partner's profile; secrets are never shown again."""
        partner = directory.find(partner_id)
        if partner is None:
            raise UnknownPartner(partner_id)
        return _shown(partner)

    return desk


def _partner(partner_id: str, sent: dict[str, Any]) -> Partner:
    check_name("partner_id", partner_id)
    allowed = ip_ranges(sent["ip_allow_list"])
    return Partner(partner_id, sent["name"], tuple(sent["stores"]), tuple(sent["formats"]), allowed)


def _shown(partner: Partner) -> dict[str, Any]:
    return {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "stores": partner.stores,
        "formats": partner.formats,
        "ip_allow_list": [str(ip_range) for ip_range in partner.ip_allow_list],
    }


REFUSALS: dict[type[Exception], int] = {
    UnknownPartner: 404,
    WrongName: 422,
    UnknownFormats: 422,
}
