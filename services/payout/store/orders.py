"""Orders: payouts of a certificate that a member asks for himself, apart from any run."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.domain import MemberStatus
from services.payout.states import State

_LOCK_MEMBER = text("SELECT status, debt FROM members WHERE member_id = :member_id FOR UPDATE")
# What is planned, or asked for and not answered yet, is as good as spent, as in a run's plan.
_SPENDABLE = text("""
SELECT (SELECT coalesce(sum(available), 0) FROM accruals
        WHERE member_id = :member_id AND accrued_at < :now)
     - (SELECT coalesce(sum(amount), 0) FROM payouts
        WHERE member_id = :member_id AND state IN ('planned', 'requested'))
""")
_ADD = text("""
INSERT INTO payouts (payout_id, member_id, kind, amount, minimum, state, requested_at,
                     ordered_with)
VALUES (:payout_id, :member_id, 'certificate', :denomination, :denomination, 'requested', :now,
        :key)
""")
_ORDER = """
SELECT payouts.payout_id, payouts.amount, payouts.state, payouts.reason, payouts.requested_at,
       certificates.certificate_id
FROM payouts LEFT JOIN certificates
    ON certificates.payout_id = payouts.payout_id AND certificates.status <> 'replaced'
WHERE payouts.member_id = :member_id AND payouts.ordered_with
"""
_WITH_KEY = text(f"{_ORDER} = :key")
_FIND = text(f"{_ORDER} IS NOT NULL AND payouts.payout_id = :payout_id")


class UnknownOrder(LookupError):
    """The member made no such order."""

    code = "unknown_order"

    def __init__(self, payout_id: UUID) -> None:
        super().__init__(f"There is no order {payout_id} of yours.")


@dataclass(frozen=True, slots=True)
class Order:
    """An order and where its payout stands; `denomination` is points, which are rubles."""

    payout_id: UUID
    denomination: int
    state: State
    reason: str | None
    ordered_at: datetime
    certificate_id: UUID | None


def lock_member(connection: Connection, member_id: UUID) -> tuple[MemberStatus, int] | None:
    """Answer a member's status and debt, and let one order of his be made at a time."""
    row = connection.execute(_LOCK_MEMBER, {"member_id": member_id}).first()
    return None if row is None else (MemberStatus(row.status), row.debt)


def spendable(connection: Connection, member_id: UUID, now: datetime) -> int:
    """Answer the points of a member that nothing has asked for, as far as we have heard."""
    return int(connection.scalar(_SPENDABLE, {"member_id": member_id, "now": now}) or 0)


def add(  # noqa: PLR0913 - the columns of an order, by name
    connection: Connection,
    *,
    payout_id: UUID,
    member_id: UUID,
    denomination: int,
    key: UUID,
    now: datetime,
) -> None:
    """Write an order; the database refuses a second one with the member's key."""
    connection.execute(
        _ADD,
        {
            "payout_id": payout_id,
            "member_id": member_id,
            "denomination": denomination,
            "key": key,
            "now": now,
        },
    )


def with_key(connection: Connection, member_id: UUID, key: UUID) -> Order | None:
    """Answer the order that a member made with a key."""
    row = connection.execute(_WITH_KEY, {"member_id": member_id, "key": key}).first()
    return None if row is None else Order(row[0], row[1], State(row[2]), *row[3:])


def find(connection: Connection, member_id: UUID, payout_id: UUID) -> Order:
    """Answer an order of a member; raises UnknownOrder."""
    row = connection.execute(_FIND, {"member_id": member_id, "payout_id": payout_id}).first()
    if row is None:
        raise UnknownOrder(payout_id)
    return Order(row[0], row[1], State(row[2]), *row[3:])
