"""Salons and their tills: keys that a clerk makes, certificates that a till redeems with one."""

import secrets
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Engine

from services.payout.api.tills.keys import hash_of, shown_in
from services.payout.api.tills.schemas import (
    CheckedSchema,
    CheckSchema,
    LiabilitySchema,
    NewKeySchema,
    NewSalonSchema,
    PurchaseSchema,
    RedemptionSchema,
    SalonListSchema,
    check_salon_id,
)
from services.payout.certificates.codes import CodeBook, MistypedCode
from services.payout.store import salons, tills
from services.payout.store.salons import UnknownSalon
from services.payout.tills import guessing, redeeming
from services.payout.tills.guessing import TooManyWrongCodes, UnknownCode
from services.payout.tills.redeeming import Purchase, Till
from shared.batches import NotInTime
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

_KEY_BYTES = 32

REFUSALS: dict[type[Exception], int] = {
    MistypedCode: 422,
    NotInTime: 503,
    TooManyWrongCodes: 429,
    UnknownSalon: 404,
    redeeming.AlreadyRedeemed: 409,
    redeeming.ReceiptUsed: 409,
    redeeming.TooLate: 409,
    redeeming.UnknownRedemption: 404,
    redeeming.VoidCode: 409,
    UnknownCode: 404,
}


def tills_blueprint(engine: Engine, book: CodeBook, clock: Clock) -> Blueprint:
    """Build the routes of a till; its key says which salon it stands in."""
    routes = Blueprint("tills", __name__, description="Certificates at a salon's till.")

    def till() -> Till:
        key_hash = shown_in(request.headers.get("Authorization", ""))
        return Till(engine, book, key_hash, clock)

    @routes.post("/till/check")
    @routes.arguments(CheckSchema)
    @routes.response(200, CheckedSchema)
    def check(sent: dict[str, Any]) -> object:
        """Tell what a certificate would pay and what would burn; nothing changes."""
        found = till().check(**sent)
        return asdict(found) | found.does._asdict()

    @routes.post("/till/redemptions")
    @routes.arguments(PurchaseSchema)
    @routes.response(200, RedemptionSchema)
    def redeem(sent: dict[str, Any]) -> object:
        """Redeem a certificate for a smartphone, once; the same again is answered the same."""
        return till().redeem(Purchase(sent["code"], sent["receipt"], sent["price_minor"]))

    @routes.post("/till/redemptions/<uuid:redemption_id>/cancel")
    @routes.response(200, RedemptionSchema)
    def cancel(redemption_id: UUID) -> object:
        """Cancel a redemption on its own day; its certificate can be redeemed again."""
        return till().cancel(redemption_id)

    return routes


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes of the clerk's desk."""
    desk = Blueprint(
        "salons", __name__, description="Salons, their keys, and what is owed to them."
    )

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @desk.get("/salons")
    @desk.response(200, SalonListSchema)
    def list_salons() -> object:
        """List the salons, with their wrong codes of the last quarter of an hour."""
        with engine.connect() as connection:
            return {"data": salons.salons(connection, guessing.since(clock()))}

    @desk.put("/salons/<salon_id>")
    @desk.arguments(NewSalonSchema)
    @desk.response(204)
    def put_salon(sent: dict[str, Any], salon_id: str) -> None:
        """Add a salon, or change it; one that is off can do nothing."""
        check_salon_id(salon_id)
        with engine.begin() as connection:
            salons.put_salon(connection, salon_id, **sent)

    @desk.post("/salons/<salon_id>/keys")
    @desk.response(201, NewKeySchema)
    def make_key(salon_id: str) -> object:
        """Make a key, shown this once; the one before it stays valid, older ones end."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        with engine.begin() as connection:
            salons.add_key(connection, salon_id, hash_of(key), clock())
        return {"key": key}

    @desk.get("/certificates/liability")
    @desk.response(200, LiabilitySchema)
    def liability() -> object:
        """Tell what certificates were issued, redeemed, burnt and voided, and what is open."""
        with engine.connect() as connection:
            return tills.liability(connection)

    return desk
