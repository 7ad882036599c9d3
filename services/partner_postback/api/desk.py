"""The clerk's desk: partners, their secrets, exchange rates."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import request
from sqlalchemy import Engine

from services.partner_postback.api.names import WrongName, check_name
from services.partner_postback.api.schemas import (
    ExchangeRateSchema,
    KnownExchangeRateSchema,
    KnownPartnerSchema,
    PartnerSchema,
)
from services.partner_postback.domain.attribution import OWN_CURRENCY
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
from shared.money import UnknownCurrency, minor_units
from shared.web import Blueprint

_NOTHING = timedelta(0)


class UnknownFormats(ValueError):
    """A partner cannot be allowed what nobody said how to read."""

    code = "invalid_fields"
    field = "formats"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"formats: There is no {', '.join(names)}. GET /profiles lists them.")


class WrongCurrency(ValueError):
    """The address names no currency that orders are paid in."""

    code = UnknownCurrency.code
    field = "currency"

    def __init__(self, why: UnknownCurrency) -> None:
        super().__init__(str(why))


class FixedExchangeRate(ValueError):
    """A ruble is a ruble."""

    code = "fixed_rate"
    field = "currency"

    def __init__(self) -> None:
        super().__init__(f"The exchange rate of {OWN_CURRENCY} is 1 for ever.")


def blueprint(engine: Engine, access: Access, directory: Directory, clock: Clock) -> Blueprint:
    """Build the clerk's routes."""
    desk = Blueprint("desk", __name__, description="Partners and exchange rates; for clerks.")

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

    @desk.put("/rates/<currency>")
    @desk.arguments(ExchangeRateSchema)
    @desk.response(200, KnownExchangeRateSchema)
    def put_exchange_rate(sent: dict[str, Any], currency: str) -> object:
        """Set what a currency is worth from a moment on; conversions keep theirs."""
        _check_currency(currency)
        valid_from = sent["valid_from"] or clock()
        with engine.begin() as connection:
            partner_queries.set_exchange_rate(connection, currency, sent["rate_micro"], valid_from)
        return {"currency": currency, "rate_micro": sent["rate_micro"], "valid_from": valid_from}

    return desk


def _partner(partner_id: str, sent: dict[str, Any]) -> Partner:
    check_name("partner_id", partner_id)
    allowed = ip_ranges(sent["ip_allow_list"])
    return Partner(partner_id, sent["name"], tuple(sent["stores"]), tuple(sent["formats"]), allowed)


def _check_currency(currency: str) -> None:
    try:
        minor_units(currency)
    except UnknownCurrency as fault:
        raise WrongCurrency(fault) from None
    if currency == OWN_CURRENCY:
        raise FixedExchangeRate


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
    WrongCurrency: 422,
    FixedExchangeRate: 422,
}
