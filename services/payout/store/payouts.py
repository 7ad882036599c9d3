"""Payouts: found, and moved only while their row is locked.

Most moves come from the table in states.py. A statement that names states itself moves many rows at
once; the trigger of the table refuses what states.py lacks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import Kind
from services.payout.events import Subject
from services.payout.states import State
from shared.months import month_at

_FIND = text("SELECT payouts.* FROM payouts WHERE payout_id = :payout_id")
_LOCK = text("""
SELECT payouts.* FROM payouts WHERE payout_id = ANY(:ids) ORDER BY payout_id FOR UPDATE
""")
_OF_RUN = text("""
SELECT payouts.* FROM payouts
WHERE run_month = :month AND payout_id > :after AND (CAST(:state AS text) IS NULL OR state = :state)
ORDER BY payout_id LIMIT :limit
""")
_HELD = text("""
SELECT payouts.* FROM payouts WHERE state = 'held' AND payout_id > :after
ORDER BY payout_id LIMIT :limit
""")
_OF_MEMBER = text("""
SELECT payouts.* FROM payouts WHERE member_id = :member_id
  AND (CAST(:after AS uuid) IS NULL OR (requested_at, payout_id) < (
      SELECT requested_at, payout_id FROM payouts
      WHERE payout_id = :after AND member_id = :member_id
  ))
ORDER BY requested_at DESC, payout_id DESC LIMIT :limit
""")
_RESERVED_CERTIFICATES = text("""
SELECT payouts.* FROM payouts
WHERE state = 'reserved' AND kind = 'certificate' AND next_at <= :now
  AND NOT EXISTS (SELECT FROM runs WHERE month = run_month AND state IN ('paused', 'cancelled'))
ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_RESERVED = text("""
UPDATE payouts SET state = new.state, reserved = new.reserved, next_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:amounts AS bigint[]))
     AS new (payout_id, state, reserved)
WHERE payouts.payout_id = new.payout_id
""")
_STATES = text("""
UPDATE payouts SET state = new.state, reason = coalesce(new.reason, payouts.reason)
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:reasons AS text[]))
     AS new (payout_id, state, reason)
WHERE payouts.payout_id = new.payout_id
""")
_COMPLETED = text("""
UPDATE payouts SET state = 'completed', completed_at = :now WHERE payout_id = ANY(:ids)
""")
# A clerk has looked: the operator may name another top-up now than he did before.
_ASKED_AGAIN = text("""
UPDATE payouts SET state = :state, next_at = :now, sent_at = :now, questions = 0,
    operator_reference = NULL
WHERE payout_id = :payout_id
""")


class UnknownPayout(LookupError):
    """No payout has this id."""

    code = "unknown_payout"

    def __init__(self, payout_ids: Sequence[UUID]) -> None:
        named = ", ".join(str(payout_id) for payout_id in payout_ids[:5])
        super().__init__(f"There is no payout {named}.")


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout's row; in points: `amount` asked for, `minimum` worth having, `reserved` to move.

    A certificate ordered apart from runs has neither a run's month nor a goal. `relative_id`: whose
    number a top-up goes to, None for the member's own.
    """

    payout_id: UUID
    run_month: str | None
    member_id: UUID
    goal_id: UUID | None
    kind: Kind
    amount: int
    minimum: int
    reserved: int | None
    state: State
    reason: str | None
    attempts: int
    questions: int
    next_at: datetime | None
    sent_at: datetime | None
    operator_reference: str | None
    requested_at: datetime
    completed_at: datetime | None
    relative_id: UUID | None = None

    @property
    def points(self) -> int:
        """Answer the points that were reserved for it: what moves, never what was asked for."""
        assert self.reserved is not None
        return self.reserved

    def subject(self) -> Subject:
        """Answer it as its events name it, once its points are reserved."""
        return Subject(
            self.payout_id,
            self.member_id,
            self.run_month or str(month_at(self.requested_at)),
            self.kind,
            self.points,
            self.relative_id,
        )


def find(connection: Connection, payout_id: UUID) -> Payout:
    """Answer a payout; raises UnknownPayout."""
    row = connection.execute(_FIND, {"payout_id": payout_id}).first()
    if row is None:
        raise UnknownPayout([payout_id])
    return payout_of(row)


def lock(connection: Connection, payout_ids: Sequence[UUID]) -> dict[UUID, Payout]:
    """Answer payouts, each of which only this transaction may move; raises UnknownPayout."""
    rows = [payout_of(row) for row in connection.execute(_LOCK, {"ids": list(payout_ids)})]
    payouts = {one.payout_id: one for one in rows}
    missing = [payout_id for payout_id in payout_ids if payout_id not in payouts]
    if missing:
        raise UnknownPayout(missing)
    return payouts


def of_member(
    connection: Connection, member_id: UUID, limit: int, after: UUID | None = None
) -> list[Payout]:
    """Answer a member's payouts, the newest first: those before the payout `after`, if his."""
    asked = {"member_id": member_id, "limit": limit, "after": after}
    return [payout_of(row) for row in connection.execute(_OF_MEMBER, asked)]


def of_run(
    connection: Connection, month: str, *, state: State | None, after: UUID, limit: int
) -> list[Payout]:
    """Answer a page of a run's payouts past an id."""
    asked = {"month": month, "state": state and state.value, "after": after, "limit": limit}
    return [payout_of(row) for row in connection.execute(_OF_RUN, asked)]


def held(connection: Connection, *, after: UUID, limit: int) -> list[Payout]:
    """Answer a page of what waits for a clerk, of all runs, past an id."""
    return [payout_of(row) for row in connection.execute(_HELD, {"after": after, "limit": limit})]


def reserved_certificates(connection: Connection, now: datetime, limit: int) -> list[Payout]:
    """Answer, locked, certificates that wait to be issued."""
    rows = connection.execute(_RESERVED_CERTIFICATES, {"now": now, "limit": limit})
    return [payout_of(row) for row in rows]


def set_reserved(
    connection: Connection, reserved: Mapping[UUID, tuple[State, int]], now: datetime
) -> None:
    """Keep what was reserved for payouts; they may be claimed from now on."""
    states = [state.value for state, _ in reserved.values()]
    amounts = [amount for _, amount in reserved.values()]
    connection.execute(
        _RESERVED, {"ids": list(reserved), "states": states, "amounts": amounts, "now": now}
    )


def set_states(connection: Connection, states: Mapping[UUID, tuple[State, str | None]]) -> None:
    """Move payouts; a reason given replaces the one they had."""
    names = [state.value for state, _ in states.values()]
    reasons = [reason for _, reason in states.values()]
    connection.execute(_STATES, {"ids": list(states), "states": names, "reasons": reasons})


def set_completed(connection: Connection, payout_ids: Sequence[UUID], now: datetime) -> None:
    """Note that certificates are issued."""
    connection.execute(_COMPLETED, {"ids": list(payout_ids), "now": now})


def set_asked_again(connection: Connection, payout_id: UUID, state: State, now: datetime) -> None:
    """Let a held payout be asked about as if it had been sent just now."""
    connection.execute(_ASKED_AGAIN, {"payout_id": payout_id, "state": state.value, "now": now})


def payout_of(row: Any) -> Payout:
    """Read a row of all columns."""
    # By name, and only the names known here: a later migration may add columns under our feet.
    columns = {field.name: getattr(row, field.name) for field in fields(Payout)}
    return Payout(**columns | {"kind": Kind(row.kind), "state": State(row.state)})
