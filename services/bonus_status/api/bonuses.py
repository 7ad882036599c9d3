"""A member's own balance and bonuses, and the same for clerks.

A member can name no member: whose pages these are stands in the sealed cookie, and every query is
bound to it.
"""

import base64
import binascii
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.bonus_status.api import schemas
from services.bonus_status.domain import ConversionStatus, Source, Status
from services.bonus_status.store import history
from services.bonus_status.store.history import Asked, Told
from services.bonus_status.telling.debts import debt_in_words
from services.bonus_status.telling.expected import Expected, expected
from services.bonus_status.telling.status import status_told
from services.bonus_status.terms import Rate, in_words, rate_for
from shared.identity import Access
from shared.web import Blueprint, json_answer

_PLACE = struct.Struct(">q16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UnknownBonus(LookupError):
    """No such bonus, or not one that the asker may see: the answer is the same."""

    code = "unknown_bonus"

    def __init__(self, bonus_id: UUID) -> None:
        """Name what was asked for."""
        super().__init__(f"There is no bonus {bonus_id}.")


class UnknownPlace(ValueError):
    """The place to go on from was not given out by us."""

    code = "unknown_place"
    field = "after"

    def __init__(self) -> None:
        """Say what to send."""
        super().__init__("after: send `next` of the page before, unchanged.")


REFUSALS = {UnknownBonus: 404, UnknownPlace: 422}


def blueprint(engine: Engine, access: Access) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("bonuses", __name__, description="What a member earned, and why.")

    @routes.get("/me/balance")
    @routes.response(200, schemas.BalanceSchema)
    def my_balance() -> object:
        """Answer the signed-in member's account."""
        return _balance(engine, access.subject(request))

    @routes.get("/members/<uuid:member_id>/balance")
    @routes.response(200, schemas.BalanceSchema)
    def balance_of(member_id: UUID) -> object:
        """Answer a member's account, for clerks."""
        access.require_operator(request)
        return _balance(engine, member_id)

    @routes.get("/me/debts")
    @routes.response(200, schemas.DebtsSchema)
    def my_debts() -> object:
        """Answer what the signed-in member owes, and for what."""
        return _debts(engine, access.subject(request))

    @routes.get("/members/<uuid:member_id>/debts")
    @routes.response(200, schemas.DebtsSchema)
    def debts_of(member_id: UUID) -> object:
        """Answer what a member owes, and for what, for clerks."""
        access.require_operator(request)
        return _debts(engine, member_id)

    @routes.get("/me/bonuses")
    @routes.arguments(schemas.HistorySchema, location="query")
    @routes.response(200, schemas.BonusPageSchema)
    def my_bonuses(asked: dict[str, Any]) -> object:
        """List the signed-in member's bonuses, the newest first."""
        return _page(engine, access.subject(request), asked)

    @routes.get("/members/<uuid:member_id>/bonuses")
    @routes.arguments(schemas.HistorySchema, location="query")
    @routes.response(200, schemas.BonusPageSchema)
    def bonuses_of(asked: dict[str, Any], member_id: UUID) -> object:
        """List a member's bonuses, for clerks."""
        access.require_operator(request)
        return _page(engine, member_id, asked)

    @routes.get("/me/bonuses/<uuid:bonus_id>")
    @routes.response(200, schemas.BonusSchema)
    def my_bonus(bonus_id: UUID) -> object:
        """Answer one of the signed-in member's bonuses; another's is unknown."""
        member_id = access.subject(request)
        return _as_told(_one(engine, bonus_id, str(member_id)))

    @routes.get("/bonuses/<uuid:bonus_id>")
    @routes.response(200, schemas.BonusSchema)
    def bonus(bonus_id: UUID) -> object:
        """Answer one bonus, for clerks."""
        access.require_operator(request)
        return _as_told(_one(engine, bonus_id))

    return routes


def _balance(engine: Engine, member_id: UUID) -> dict[str, object]:
    with engine.connect() as connection:
        account = history.account(connection, member_id)
    return {"member_id": member_id, **account.balance()}


def _debts(engine: Engine, member_id: UUID) -> dict[str, object]:
    with engine.connect() as connection:
        account = history.account(connection, member_id)
        owed = history.debts(connection, member_id)
    return {"debt": account.debt, "data": [_debt(told) for told in owed]}


def _debt(told: Told) -> dict[str, object]:
    bonus = told.bonus
    return {
        "bonus_id": bonus.bonus_id,
        "store_name": told.store_name,
        "owed": -bonus.available,
        "since": bonus.rejected_at,
        "in_words": debt_in_words(bonus, told.store_name, told.spent_on),
        "spent_on": told.spent_on,
    }


def _page(engine: Engine, member_id: UUID, asked: dict[str, Any]) -> Response:
    last_at, last_id = _place(asked["after"]) if "after" in asked else (None, None)
    limit = asked["limit"]
    # One more than the page holds tells whether there is another page.
    more = Asked(
        asked.get("status"), asked.get("from_"), asked.get("to"), limit + 1, last_at, last_id
    )
    with engine.connect() as connection:
        found = history.page(connection, member_id, more)
    goes_on = len(found) > limit
    last = _token(found[limit - 1]) if goes_on else None
    return json_answer({"data": [_as_told(one) for one in found[:limit]], "next": last})


def _one(engine: Engine, bonus_id: UUID, member_id: str | None = None) -> Told:
    with engine.connect() as connection:
        told = history.one(connection, bonus_id)
    if told is None or member_id not in {None, told.bonus.member_id}:
        raise UnknownBonus(bonus_id)
    return told


def _as_told(told: Told) -> dict[str, object]:
    bonus = told.bonus
    return {
        "bonus_id": bonus.bonus_id,
        "source": bonus.source,
        "follows": None if bonus.source is Source.INVITATION else bonus.follows,
        "conversion_id": bonus.conversion_id,
        "store_id": bonus.store_id,
        "store_name": told.store_name,
        "status": bonus.status,
        "status_told": status_told(bonus),
        "is_unfunded": bonus.conversion_status is ConversionStatus.APPROVED_UNFUNDED,
        "amount": bonus.amount,
        "available": max(bonus.available, 0),
        "reserved": bonus.reserved,
        "written_off": bonus.written_off,
        "opened_at": bonus.opened_at,
        "ordered_at": bonus.ordered_at,
        "promised_at": bonus.expected_at,
        "expected": _expected(told),
        "accrued_at": bonus.accrued_at,
        "rejected_at": bonus.rejected_at,
        "reason": bonus.reason,
        "why": _why(told),
        "spent_on": told.spent_on,
    }


def _expected(told: Told) -> Expected | None:
    """Answer when the store is expected to confirm; None once it decided, or where none will."""
    bonus = told.bonus
    if bonus.status is not Status.PENDING:
        return None
    if bonus.ordered_at is None or bonus.expected_at is None:
        return None
    return expected(bonus.ordered_at, bonus.expected_at, told.delay)


def _why(told: Told) -> dict[str, object]:
    bonus = told.bonus
    words, applied = told.sentence, None
    if bonus.purchase is not None:
        applied = rate_for(told.rates, bonus.category)
        words = in_words(applied, bonus.purchase)
    return {
        "rule_id": bonus.rule_id,
        "rule_version": bonus.rule_version,
        "terms_id": bonus.terms_id,
        "clicked_at": bonus.clicked_at,
        "category": bonus.category,
        "paid_minor": bonus.paid_minor,
        "currency": bonus.currency,
        "rate_micro": bonus.rate_micro,
        "rate": None if applied is None else _applied(applied),
        "in_words": words,
    }


def _applied(rate: Rate) -> dict[str, object]:
    kind = "none" if rate.excluded or rate.basis_points == 0 else rate.kind
    return {"kind": kind, "basis_points": rate.basis_points, "rubles": rate.rubles}


def _token(last: Told) -> str:
    microseconds = (last.bonus.opened_at - _EPOCH) // _MICROSECOND
    place = _PLACE.pack(microseconds, UUID(last.bonus.bonus_id).bytes)
    return base64.urlsafe_b64encode(place).decode()


def _place(token: str) -> tuple[datetime, UUID]:
    try:
        place = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        microseconds, bonus_id = _PLACE.unpack(place)
        return _EPOCH + microseconds * _MICROSECOND, UUID(bytes=bonus_id)
    except (binascii.Error, struct.error, ValueError, OverflowError):
        raise UnknownPlace from None
