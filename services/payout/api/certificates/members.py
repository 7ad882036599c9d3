"""A member's own certificates: ordered, listed, shown once; and what a code is worth."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.payout.api.certificates.schemas import (
    CertificateListSchema,
    CodeSchema,
    CodeTriedSchema,
    CodeWorthSchema,
    DenominationsSchema,
    KeySchema,
    NewOrderSchema,
    OrderSchema,
)
from services.payout.api.members import signed_in
from services.payout.certificates import ordering, showing
from services.payout.certificates.codes import CodeBook, read_code
from services.payout.certificates.ordering import Wanted
from services.payout.store import certificates, orders
from services.payout.store.goals import denominations_at
from services.payout.store.tills import Guesser
from services.payout.tills import guessing
from services.payout.tills.guessing import UnknownCode
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint


def blueprint(engine: Engine, access: Access, book: CodeBook, clock: Clock) -> Blueprint:
    """Build the routes; a session proves the member."""
    routes = Blueprint("my_certificates", __name__, description="A member's own certificates.")
    _order(routes, engine, access, clock)
    _look(routes, engine, access, book, clock)

    @routes.get("/me/certificates")
    @routes.response(200, CertificateListSchema)
    def my_certificates() -> object:
        """List my certificates, oldest first."""
        member_id = access.subject(request)
        with engine.connect() as connection:
            return {"data": certificates.of_member(connection, member_id)}

    @routes.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _order(routes: Blueprint, engine: Engine, access: Access, clock: Clock) -> None:
    @routes.get("/me/certificates/denominations")
    @routes.response(200, DenominationsSchema)
    def denominations() -> object:
        """List what certificates can be ordered now, and the points that I have for one."""
        member_id, now = access.subject(request), clock()
        with engine.connect() as connection:
            return {
                "data": denominations_at(connection, now),
                "spendable": max(orders.spendable(connection, member_id, now), 0),
            }

    @routes.post("/me/certificates")
    @routes.arguments(KeySchema, location="headers")
    @routes.arguments(NewOrderSchema)
    @routes.response(202, OrderSchema)
    def order(header: dict[str, Any], sent: dict[str, Any]) -> object:
        """Order a certificate now; with the same key and denomination, see how it stands."""
        wanted = Wanted(signed_in(engine, access), sent["denomination"], header["key"])
        with engine.begin() as connection:
            return ordering.order(connection, wanted, clock())

    @routes.get("/me/certificates/orders/<uuid:payout_id>")
    @routes.response(200, OrderSchema)
    def my_order(payout_id: UUID) -> object:
        """Show an order of mine: whether it waits, was refused and why, or is a certificate."""
        member_id = access.subject(request)
        with engine.connect() as connection:
            return orders.find(connection, member_id, payout_id)


def _look(routes: Blueprint, engine: Engine, access: Access, book: CodeBook, clock: Clock) -> None:
    @routes.post("/me/certificates/<uuid:certificate_id>/reveal")
    @routes.response(200, CodeSchema)
    def reveal(certificate_id: UUID) -> object:
        """Show me the code of my certificate, this once: to keep or to give away."""
        member_id = access.subject(request)
        with engine.begin() as connection:
            shown = showing.reveal(connection, book, member_id, certificate_id, clock())
        return asdict(shown.issued) | {"code": shown.code}

    @routes.post("/me/certificates/check")
    @routes.arguments(CodeTriedSchema)
    @routes.response(200, CodeWorthSchema)
    def check(sent: dict[str, str]) -> object:
        """Tell what a code is worth, before the way to a salon; wrong ones are counted."""
        member_id, code, now = access.subject(request), read_code(sent["code"]), clock()
        with engine.begin() as connection:
            found = guessing.find(connection, book, code, Guesser(member_id=member_id), now)
        if found is None:
            raise UnknownCode
        return found
