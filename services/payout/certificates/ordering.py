"""Ordering: a member asks for a certificate at once, without waiting for the run of the month.

An order is a payout of no run: bonus_status is asked for its points by the same event, and only
what it reserves is issued. What is known here to be hopeless is refused at once, because points
asked for in vain would be missing in a run that is planned in that moment.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection

from services.payout import events
from services.payout.domain import Kind, MemberStatus
from services.payout.events import Subject
from services.payout.goals import UnknownMember, nearest
from services.payout.store import orders
from services.payout.store.goals import denominations_at
from services.payout.store.orders import Order
from shared import event_log
from shared.months import month_at

log = structlog.get_logger()


class WrongDenomination(ValueError):
    """No certificate is worth that."""

    code = "wrong_denomination"
    field = "denomination"

    def __init__(self, denomination: int, near: str) -> None:
        super().__init__(f"denomination: no certificate is worth {denomination}; {near}.")


class KeyReused(ValueError):
    """The member's key was used for another order."""

    code = "key_reused"
    field = "Idempotency-Key"

    def __init__(self, before: Order) -> None:
        super().__init__(f"With this key a certificate of {before.denomination} was ordered.")


class NotActive(ValueError):
    """Who is blocked or erased orders nothing, and is shown no code."""

    code = "member_not_active"

    def __init__(self, status: MemberStatus) -> None:
        super().__init__(
            f"This account is {status}: nothing can be ordered or shown. Ask the operator."
        )


class InDebt(ValueError):
    """The next points repay the debt."""

    code = "debt"

    def __init__(self, debt: int) -> None:
        super().__init__(f"{debt} points are owed: the next ones repay them before any order.")


class NotEnough(ValueError):
    """Fewer points are free than the certificate costs."""

    code = "not_enough"
    field = "denomination"

    def __init__(self, denomination: int, free: int) -> None:
        free = max(free, 0)
        super().__init__(f"denomination: {denomination} points are needed, {free} are free.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member orders, with the key that makes it safe to ask again."""

    member_id: UUID
    denomination: int
    key: UUID


def order(connection: Connection, wanted: Wanted, now: datetime) -> Order:
    """Ask for the points of a certificate; with the same key, answer the order that was made.

    Raises UnknownMember, KeyReused, WrongDenomination, NotActive, InDebt, NotEnough.
    """
    member = orders.lock_member(connection, wanted.member_id)
    if member is None:
        raise UnknownMember(wanted.member_id)
    before = orders.with_key(connection, wanted.member_id, wanted.key)
    if before is not None:
        if before.denomination != wanted.denomination:
            raise KeyReused(before)
        return before
    _see_that_it_can_be(connection, wanted, *member, now)
    payout_id = _ask(connection, wanted, now)
    return orders.find(connection, wanted.member_id, payout_id)


def _see_that_it_can_be(
    connection: Connection, wanted: Wanted, status: MemberStatus, debt: int, now: datetime
) -> None:
    denominations = denominations_at(connection, now)
    if wanted.denomination not in denominations:
        near = nearest(wanted.denomination, denominations)
        raise WrongDenomination(wanted.denomination, near)
    if status is not MemberStatus.ACTIVE:
        raise NotActive(status)
    if debt > 0:
        raise InDebt(debt)
    free = orders.spendable(connection, wanted.member_id, now)
    if free < wanted.denomination:
        raise NotEnough(wanted.denomination, free)


def _ask(connection: Connection, wanted: Wanted, now: datetime) -> UUID:
    payout_id, price = uuid4(), wanted.denomination
    orders.add(
        connection,
        payout_id=payout_id,
        member_id=wanted.member_id,
        denomination=price,
        key=wanted.key,
        now=now,
    )
    month = str(month_at(now))
    subject = Subject(payout_id, wanted.member_id, month, Kind.CERTIFICATE, price)
    event_log.add(connection, [events.requested(subject, price, now, now)])
    log.info("certificate.ordered", payout_id=str(payout_id), denomination=price)
    return payout_id
