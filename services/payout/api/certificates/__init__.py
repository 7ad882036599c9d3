"""Certificates over HTTP: a member orders and sees his; a clerk replaces and voids them."""

from flask_smorest import Blueprint
from sqlalchemy import Engine

from services.payout.api.certificates import clerks, members
from services.payout.certificates import acts, ordering, showing
from services.payout.certificates.codes import CodeBook
from services.payout.store.certificates import UnknownCertificate
from services.payout.store.orders import UnknownOrder
from shared.clock import Clock
from shared.identity import Access

REFUSALS: dict[type[Exception], int] = {
    acts.NotOpen: 409,
    clerks.GoneCode: 410,
    ordering.InDebt: 409,
    ordering.KeyReused: 409,
    ordering.NotActive: 409,
    ordering.NotEnough: 409,
    ordering.WrongDenomination: 422,
    showing.AlreadyRevealed: 409,
    UnknownCertificate: 404,
    UnknownOrder: 404,
}


def blueprints(engine: Engine, access: Access, book: CodeBook, clock: Clock) -> list[Blueprint]:
    """Build the routes of members, and of clerks and services."""
    return [
        members.blueprint(engine, access, book, clock),
        clerks.blueprint(engine, access, book, clock),
    ]
