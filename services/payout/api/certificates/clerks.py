"""Certificates for a clerk, who sees no code, and for the service that sends one to its owner."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Connection, Engine

from services.payout.api.certificates.schemas import (
    ByClerkSchema,
    CertificateDeskSchema,
    CertificateListSchema,
    CodeSchema,
)
from services.payout.certificates import acts
from services.payout.certificates.codes import CodeBook
from services.payout.store import certificates, tills
from services.payout.store.certificates import Issued
from shared.clock import Clock
from shared.identity import Access
from shared.web import Blueprint

_WITHOUT_WORTH = {"replaced", "void"}


class GoneCode(LookupError):
    """A code that counts no more is sent to nobody."""

    code = "code_gone"

    def __init__(self, certificate_id: UUID) -> None:
        super().__init__(f"Certificate {certificate_id} was replaced or voided: no code counts.")


def blueprint(engine: Engine, access: Access, book: CodeBook, clock: Clock) -> Blueprint:
    """Build the routes."""
    desk = Blueprint("certificates", __name__, description="Certificates, for a clerk.")
    _look(desk, engine, access)
    _act(desk, engine, access, book, clock)

    @desk.get("/certificates/<uuid:certificate_id>/code")
    @desk.response(200, CodeSchema)
    def show_code(certificate_id: UUID) -> object:
        """Open a certificate's code for the service that sends it to its owner."""
        access.require_service(request)
        with engine.connect() as connection:
            issued = certificates.find(connection, certificate_id)
        if issued.status in _WITHOUT_WORTH:
            raise GoneCode(certificate_id)
        return asdict(issued) | {"code": book.open(certificate_id, issued.code_sealed)}

    @desk.after_request
    def keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return desk


def _look(desk: Blueprint, engine: Engine, access: Access) -> None:
    @desk.get("/members/<uuid:member_id>/certificates")
    @desk.response(200, CertificateListSchema)
    def list_certificates(member_id: UUID) -> object:
        """List a member's certificates, oldest first."""
        access.require_operator(request)
        with engine.connect() as connection:
            return {"data": certificates.of_member(connection, member_id)}

    @desk.get("/certificates/<uuid:certificate_id>")
    @desk.response(200, CertificateDeskSchema)
    def show(certificate_id: UUID) -> object:
        """Show a certificate, where it was redeemed, and what a clerk did with it."""
        access.require_operator(request)
        with engine.connect() as connection:
            return _shown(connection, certificates.find(connection, certificate_id))


def _act(desk: Blueprint, engine: Engine, access: Access, book: CodeBook, clock: Clock) -> None:
    @desk.post("/certificates/<uuid:certificate_id>/reissue")
    @desk.arguments(ByClerkSchema)
    @desk.response(201, CertificateDeskSchema)
    def reissue(sent: dict[str, Any], certificate_id: UUID) -> object:
        """Give an open certificate a new code, sent by SMS; the old one is void at once."""
        access.require_operator(request)
        with engine.begin() as connection:
            new = acts.reissue(connection, book, certificate_id, clock(), **sent)
            return _shown(connection, new)

    @desk.post("/certificates/<uuid:certificate_id>/void")
    @desk.arguments(ByClerkSchema)
    @desk.response(200, CertificateDeskSchema)
    def void(sent: dict[str, Any], certificate_id: UUID) -> object:
        """Void an open certificate; its points are the member's again."""
        access.require_operator(request)
        with engine.begin() as connection:
            return _shown(connection, acts.void(connection, certificate_id, clock(), **sent))


def _shown(connection: Connection, issued: Issued) -> dict[str, object]:
    return {
        **asdict(issued),
        "replaced_by": certificates.replaced_by(connection, issued.certificate_id),
        "act": certificates.act_on(connection, issued.certificate_id),
        "redemption": tills.of_certificate(connection, issued.certificate_id),
    }
