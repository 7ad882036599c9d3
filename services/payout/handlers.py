"""What payout does about what it hears, a batch at a time in the consumer's transaction.

A payout's row is locked before its move is looked up in states.py: a fact that the table lacks
raises, and the consumer parks its event for a clerk.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.payout.states import Fact, State, move
from services.payout.store import heard, payouts
from shared.clock import Clock
from shared.events import Received

_CONSENTED = "consented"


class Balance(msgspec.Struct, frozen=True):
    """Of a member's account only the debt matters here: who owes is skipped."""

    debt: int


class BonusChanged(msgspec.Struct, frozen=True):
    """How much of a bonus is free to spend, and since when."""

    bonus_id: UUID
    member_id: UUID
    available: int
    accrued_at: datetime | None
    balance: Balance


class PointsMoved(msgspec.Struct, frozen=True):
    """What bonus_status did with the points of a payout."""

    payout_id: UUID
    member_id: UUID
    amount: int
    reason: str | None
    balance: Balance


class MemberChanged(msgspec.Struct, frozen=True):
    """A member as he is now."""

    member_id: UUID
    status: str
    registered_at: datetime


class RelativeChanged(msgspec.Struct, frozen=True):
    """A relative as he is now; his number stays with the members service."""

    relative_id: UUID
    member_id: UUID
    state: str


def note_members(
    connection: Connection, batch: Sequence[Received[MemberChanged]], _clock: Clock
) -> None:
    """Keep who may be paid; the last word on a member wins."""
    members = {one.data.member_id: (one.data.status, one.data.registered_at) for one in batch}
    heard.note_members(connection, members)


def note_relatives(
    connection: Connection, batch: Sequence[Received[RelativeChanged]], _clock: Clock
) -> None:
    """Keep whose numbers goals may name; the last word on a relative wins."""
    consents = {
        one.data.relative_id: (one.data.member_id, one.data.state == _CONSENTED) for one in batch
    }
    heard.note_consents(connection, consents)


def note_bonuses(
    connection: Connection, batch: Sequence[Received[BonusChanged]], _clock: Clock
) -> None:
    """Keep what is free to spend; the last word on a bonus wins."""
    bonuses = {
        one.data.bonus_id: heard.Bonus(
            one.data.bonus_id, one.data.member_id, one.data.available, one.data.accrued_at
        )
        for one in batch
    }
    heard.note_debts(connection, _debts(batch))
    heard.note_bonuses(connection, bonuses)


def note_reserved(
    connection: Connection, batch: Sequence[Received[PointsMoved]], clock: Clock
) -> None:
    """Let payouts be executed with what was really reserved for them."""
    states = _moved(connection, batch, Fact.POINTS_RESERVED)
    reserved = {one.data.payout_id: (states[one.data.payout_id], one.data.amount) for one in batch}
    payouts.set_reserved(connection, reserved, clock())


def note_refused(
    connection: Connection, batch: Sequence[Received[PointsMoved]], _clock: Clock
) -> None:
    """End payouts for which there were no points."""
    states = _moved(connection, batch, Fact.POINTS_REFUSED)
    payouts.set_states(
        connection,
        {one.data.payout_id: (states[one.data.payout_id], one.data.reason) for one in batch},
    )


def note_written_off(
    connection: Connection, batch: Sequence[Received[PointsMoved]], _clock: Clock
) -> None:
    """End completed payouts: their points are spent."""
    _end(connection, batch, Fact.POINTS_WRITTEN_OFF)


def note_released(
    connection: Connection, batch: Sequence[Received[PointsMoved]], _clock: Clock
) -> None:
    """End declined payouts: their points are free again."""
    _end(connection, batch, Fact.POINTS_RELEASED)


def note_returned(
    connection: Connection, batch: Sequence[Received[PointsMoved]], _clock: Clock
) -> None:
    """End reversed payouts: their points are the member's again."""
    _end(connection, batch, Fact.POINTS_RETURNED)


def _end(connection: Connection, batch: Sequence[Received[PointsMoved]], fact: Fact) -> None:
    states = _moved(connection, batch, fact)
    payouts.set_states(
        connection, {payout_id: (state, None) for payout_id, state in states.items()}
    )


def _moved(
    connection: Connection, batch: Sequence[Received[PointsMoved]], fact: Fact
) -> dict[UUID, State]:
    heard.note_debts(connection, _debts(batch))
    locked = payouts.lock(connection, [one.data.payout_id for one in batch])
    return {one.payout_id: move(one.payout_id, one.state, fact) for one in locked.values()}


def _debts(
    batch: Sequence[Received[BonusChanged]] | Sequence[Received[PointsMoved]],
) -> dict[UUID, int]:
    return {one.data.member_id: one.data.balance.debt for one in batch}
