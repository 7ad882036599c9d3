"""Where the points go: double entry, append-only, balanced by construction.

A posting moves an amount from one account to another, so the sum of all entries is zero whatever
happens; a view of the schema shows its two legs. Balances are kept beside the postings, in the same
transaction. Signs: an entry is negative at the source and positive at the destination. What is owed
to the programme (a store's receivable, a member's debt) is therefore below zero in the entries, and
kept as a positive figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple

from services.bonus_status.domain import Bonus
from shared import chain


class Place(StrEnum):
    """The accounts: a receivable for each store, a margin for each rule, the others a member's."""

    STORE_RECEIVABLE = "store_receivable"
    OPERATOR_MARGIN = "operator_margin"
    MEMBER_PENDING = "member_pending"
    MEMBER_ACCRUED = "member_accrued"
    MEMBER_RESERVED = "member_reserved"
    WRITTEN_OFF = "written_off"
    MEMBER_DEBT = "member_debt"


_BALANCE = {
    Place.MEMBER_PENDING: ("pending", 1),
    Place.MEMBER_ACCRUED: ("accrued", 1),
    Place.MEMBER_RESERVED: ("reserved", 1),
    Place.WRITTEN_OFF: ("written_off", 1),
    Place.MEMBER_DEBT: ("debt", -1),
}


def _by_operator(place: Place) -> Place:
    return Place.OPERATOR_MARGIN if place is Place.STORE_RECEIVABLE else place


class Movement(Enum):
    """Every way that points can go: (source, destination). The name is what a posting states.

    `by_store` are both ends for a bonus of a store; for one that the operator pays (`by_operator`)
    the store's side is the margin of its rule. `payer_gives`: 1, 0 or -1 for each point that the
    payer gives or gets back. `effect`: which balances of the member change, and with which sign.
    """

    REPORTED = (Place.STORE_RECEIVABLE, Place.MEMBER_PENDING)
    DROPPED = (Place.MEMBER_PENDING, Place.STORE_RECEIVABLE)
    CONFIRMED = (Place.MEMBER_PENDING, Place.MEMBER_ACCRUED)
    CREDITED = (Place.STORE_RECEIVABLE, Place.MEMBER_ACCRUED)
    TAKEN_BACK = (Place.MEMBER_ACCRUED, Place.STORE_RECEIVABLE)
    OWED = (Place.MEMBER_DEBT, Place.STORE_RECEIVABLE)
    REPAID = (Place.MEMBER_ACCRUED, Place.MEMBER_DEBT)
    RESERVED = (Place.MEMBER_ACCRUED, Place.MEMBER_RESERVED)
    RELEASED = (Place.MEMBER_RESERVED, Place.MEMBER_ACCRUED)
    SPENT = (Place.MEMBER_RESERVED, Place.WRITTEN_OFF)
    BROUGHT_BACK = (Place.WRITTEN_OFF, Place.MEMBER_ACCRUED)

    def __init__(self, source: Place, destination: Place) -> None:
        """Work out once what each posting asks."""
        legs = ((source, -1), (destination, 1))
        self.word = self.name.lower()
        self.by_store = (source, destination)
        self.by_operator = (_by_operator(source), _by_operator(destination))
        self.payer_gives = -sum(sign for place, sign in legs if place is Place.STORE_RECEIVABLE)
        self.effect = tuple(
            (name, way * sign)
            for place, sign in legs
            if place in _BALANCE
            for name, way in [_BALANCE[place]]
        )


Moves = list[tuple[Movement, int]]
# A payout, and the points that it took of a bonus.
Spending = tuple[str, int]


class Posting(NamedTuple):
    """One movement of points; `fact` is unique for ever, `corrects` is the fact that it amends.

    `corrects_payout`: the fact by which points were spent that are owed now.
    """

    fact: str
    source: Place
    destination: Place
    amount: int
    member_id: str
    store_id: str | None
    rule_id: str | None
    bonus_id: str
    payout_id: str | None
    event_id: str
    corrects: str | None
    corrects_payout: str | None
    posted_at: datetime


@dataclass(slots=True)
class Account:
    """A member's balances, in points; `version` counts everything said of them.

    `chain_hash` is the end of the chain of all that was said. `first_purchase_id`: the first
    purchase that was ever recorded, however it went on. `was_here_before`: somebody joined with
    the member's number before him.
    """

    member_id: str
    member_status: str | None = None
    version: int = 0
    pending: int = 0
    accrued: int = 0
    reserved: int = 0
    written_off: int = 0
    debt: int = 0
    first_purchase_id: str | None = None
    was_here_before: bool = False
    chain_hash: bytes = chain.BEGINS

    def move(self, movement: Movement, amount: int) -> None:
        """Move an amount between the balances; a store's side is kept elsewhere."""
        for name, sign in movement.effect:
            setattr(self, name, getattr(self, name) + sign * amount)

    def balance(self) -> dict[str, int]:
        """Answer the balances as events and pages show them."""
        return {
            "pending": self.pending,
            "accrued": self.accrued,
            "reserved": self.reserved,
            "written_off": self.written_off,
            "debt": self.debt,
        }


def moves_of_report(before: Bonus | None, after: Bonus) -> Moves:
    """Answer the movements that turn a bonus into what its conversion now makes of it.

    A loss is taken from what this bonus has free; what it has given away becomes the member's debt.
    """
    if before is None:
        return _above_zero(
            [(Movement.REPORTED, after.pending), (Movement.CREDITED, after.credited)]
        )
    pending = after.pending - before.pending
    credited = after.credited - before.credited
    confirmed = max(min(-pending, credited), 0)
    pending, credited = pending + confirmed, credited - confirmed
    free = max(before.available, 0)
    moves = [
        (Movement.REPORTED, pending),
        (Movement.DROPPED, -pending),
        (Movement.CONFIRMED, confirmed),
        (Movement.CREDITED, credited),
        (Movement.TAKEN_BACK, min(-credited, free)),
        (Movement.OWED, -credited - free),
    ]
    return [*_above_zero(moves), *own_debt(before, confirmed + max(credited, 0))]


def uncovered(
    spent: Sequence[Spending], credited: int, given: int, after: int
) -> list[tuple[str | None, int]]:
    """Answer which payouts' points are owed when a bonus falls from `credited` to `after` points.

    `spent`: payouts and what each took of the bonus, the oldest first; `given`: all that it gave
    away, in whatever way. What it is still worth covers the oldest first, so the newest payout is
    uncovered first; None: given away otherwise (set aside, or for another debt). Example: of 100
    points payout A took 50 and then B 30. Falling to 60, 20 of B's are owed; falling on to 40, the
    other 10 of B's and 10 of A's.
    """
    owed: list[tuple[str | None, int]] = []
    begins = 0
    rest = given - sum(points for _, points in spent)
    for payout_id, points in (*spent, (None, rest)):
        ends = begins + points
        open_points = min(ends, credited, given) - max(begins, after)
        if open_points > 0:
            owed.append((payout_id, open_points))
        begins = ends
    return owed


def own_debt(before: Bonus, gained: int) -> Moves:
    """Answer what a bonus pays at once of the debt that it had itself left behind."""
    return _above_zero([(Movement.REPAID, min(max(-before.available, 0), gained))])


def _above_zero(moves: Moves) -> Moves:
    return [(movement, amount) for movement, amount in moves if amount > 0]
