"""Promo codes: members redeem them, clerks make them."""

from typing import Any

from flask import request
from sqlalchemy import Engine

from services.bonus_status.api.sources import schemas
from services.bonus_status.domain import Bonus, Source
from services.bonus_status.handlers.promo_codes import NoSuchCode, TooManyWrongCodes, redeem
from services.bonus_status.store.sources import promo_codes, rules
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


class NoPromoCodeRule(ValueError):
    """The rule gives for something else."""

    code = "no_promo_code_rule"
    field = "rule_id"

    def __init__(self, rule_id: str) -> None:
        """Name it."""
        super().__init__(f"rule_id: {rule_id} is no rule of promo codes.")


REFUSALS: dict[type[Exception], int] = {
    NoPromoCodeRule: 409,
    NoSuchCode: 422,
    TooManyWrongCodes: 429,
}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("promo_codes", __name__, description="Promo codes.")

    @routes.post("/me/promo-codes")
    @routes.arguments(schemas.RedeemSchema)
    @routes.response(200, schemas.RedeemedSchema)
    def redeem_mine(sent: dict[str, Any]) -> object:
        """Redeem a code for the signed-in member; the same code again answers the same bonus."""
        member_id = str(access.subject(request))
        with engine.begin() as connection:
            given = redeem(connection, member_id, sent["code"].strip().upper(), clock())
        if not isinstance(given, Bonus):
            raise given
        return given

    @routes.post("/promo-codes")
    @routes.arguments(schemas.NewPromoCodesSchema)
    @routes.response(201, schemas.AddedSchema)
    def add(sent: dict[str, Any]) -> object:
        """Make codes of a rule, for clerks."""
        access.require_operator(request)
        with engine.begin() as connection:
            if rules.one(connection, sent["rule_id"]).source is not Source.PROMO_CODE:
                raise NoPromoCodeRule(sent["rule_id"])
            return {"added": promo_codes.add(connection, **sent, now=clock())}

    @routes.get("/promo-codes")
    @routes.arguments(schemas.PromoCodesQuery, location="query")
    @routes.response(200, schemas.PromoCodeListSchema)
    def list_codes(asked: dict[str, Any]) -> object:
        """List the codes of a rule in their order, for clerks."""
        access.require_operator(request)
        with engine.connect() as connection:
            return {"data": promo_codes.of_rule(connection, **asked)}

    return routes
