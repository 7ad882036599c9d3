"""Exchange rates over HTTP: set by hand, or taken in from the central bank's daily file."""

from datetime import datetime
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy import Engine

from services.partner_postback.domain.attribution import OWN_CURRENCY
from services.partner_postback.rates import central_bank
from services.partner_postback.rates.central_bank import LARGEST_RATE_MICRO, Published, WrongRates
from services.partner_postback.rates.taking_in import RateDiffers, TakenIn, take_in
from services.partner_postback.store import rates as rate_queries
from shared.body import whole_body
from shared.clock import Clock
from shared.identity import Access
from shared.money import UnknownCurrency, minor_units
from shared.schemas import Moment, StrictSchema, Whole
from shared.web import Blueprint

_XML = {"application/xml": {"schema": {"type": "string", "format": "binary"}}}


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


class ExchangeRateSchema(StrictSchema):
    """What one unit of the currency is worth."""

    rate_micro = Whole(
        required=True,
        lowest=1,
        highest=LARGEST_RATE_MICRO,
        metadata={"description": "rubles for one unit of the currency, times 1 000 000"},
    )
    valid_from = Moment(load_default=None, allow_none=True, metadata={"description": "null: now"})


class KnownExchangeRateSchema(Schema):
    """An exchange rate as it is kept."""

    currency = fields.String()
    rate_micro = fields.Integer()
    valid_from = Moment()
    valid_until = Moment(allow_none=True, metadata={"description": "null: until the next one"})


class ExchangeRateListSchema(Schema):
    """What each currency is worth now."""

    data = fields.List(fields.Nested(KnownExchangeRateSchema))


def _flag(meaning: str) -> fields.String:
    either = validate.OneOf(["true", "false"])
    return fields.String(load_default="false", validate=either, metadata={"description": meaning})


class ImportQuerySchema(StrictSchema):
    """How a file is taken in."""

    dry_run = _flag("true: only say what would become of it")
    replace = _flag("true: where another rate is kept for that day, the file's counts")


class TakenInSchema(Schema):
    """What became of a day's rates, by currency."""

    day = fields.Date()
    valid_from = Moment()
    valid_until = Moment()
    new = fields.List(fields.String())
    replaced = fields.List(fields.String())
    unchanged = fields.List(fields.String())
    skipped = fields.List(fields.String(), metadata={"description": "nobody pays in them"})
    dry_run = fields.Boolean()


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes of exchange rates."""
    rates = Blueprint("rates", __name__, description="Exchange rates; for clerks.")

    @rates.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @rates.get("/rates")
    @rates.response(200, ExchangeRateListSchema)
    def list_exchange_rates() -> object:
        """List what each currency is worth now; one whose rate has ended is missing."""
        with engine.connect() as connection:
            return {"data": rate_queries.current(connection, clock())}

    @rates.put("/rates/<currency>")
    @rates.arguments(ExchangeRateSchema)
    @rates.response(200, KnownExchangeRateSchema)
    def put_exchange_rate(sent: dict[str, Any], currency: str) -> object:
        """Set what a currency is worth from a moment on; conversions keep theirs."""
        _check_currency(currency)
        micro, valid_from = sent["rate_micro"], sent["valid_from"] or clock()
        with engine.begin() as connection:
            rate_queries.put(connection, currency, micro, valid_from, None)
        return {"currency": currency, "rate_micro": micro, "valid_from": valid_from}

    @rates.post("/rates/import")
    @rates.arguments(ImportQuerySchema, location="query")
    @rates.response(200, TakenInSchema)
    @rates.doc(requestBody={"content": _XML, "required": True})
    def import_exchange_rates(asked: dict[str, str]) -> object:
        """Take in the central bank's daily file, sent as it is; all its rates or none."""
        published = central_bank.read(whole_body())
        dry_run, replace = (asked[name] == "true" for name in ("dry_run", "replace"))
        taken = _take_in(engine, published, replace=replace, dry_run=dry_run, now=clock())
        return {**_fields(published), **_fields(taken), "dry_run": dry_run}

    return rates


def _take_in(
    engine: Engine, published: Published, *, replace: bool, dry_run: bool, now: datetime
) -> TakenIn:
    with engine.connect() as connection, connection.begin() as transaction:
        taken = take_in(connection, published, replace=replace, now=now)
        if dry_run:
            transaction.rollback()
    return taken


def _check_currency(currency: str) -> None:
    try:
        minor_units(currency)
    except UnknownCurrency as fault:
        raise WrongCurrency(fault) from None
    if currency == OWN_CURRENCY:
        raise FixedExchangeRate


def _fields(one: Published | TakenIn) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


REFUSALS: dict[type[Exception], int] = {
    WrongCurrency: 422,
    FixedExchangeRate: 422,
    WrongRates: 422,
    RateDiffers: 409,
}
