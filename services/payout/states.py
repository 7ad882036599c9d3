"""How a payout may move: one table; a trigger of the database repeats it, and a test compares."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Where a payout stands."""

    PLANNED = "planned"  # written down; nothing is asked for before its run is released
    REQUESTED = "requested"  # bonus_status was asked to reserve the points
    RESERVED = "reserved"  # the points wait for us; nothing was sent
    SENDING = "sending"  # committed before the call: from here on money may have moved
    UNKNOWN = "unknown"  # the call ended without a clear answer: ask, never repeat blindly
    ACCEPTED = "accepted"  # the operator has it and has not carried it out yet
    HELD = "held"  # the answers contradict each other: a clerk looks
    COMPLETED = "completed"  # the operator did it, or the certificate is issued
    SETTLED = "settled"  # and the points are written off: the end
    DECLINED = "declined"  # the operator will not do it
    RELEASED = "released"  # and the points are free again: the end
    REVERSED = "reversed"  # the operator took a completed top-up back
    RETURNED = "returned"  # and the points are the member's again: the end
    REFUSED = "refused"  # there was nothing to reserve: the end
    CANCELLED = "cancelled"  # its run was cancelled before it was asked for: the end


class Fact(StrEnum):
    """What can happen to a payout."""

    ASKED_FOR = "asked_for"
    RUN_CANCELLED = "run_cancelled"
    POINTS_RESERVED = "points_reserved"
    POINTS_REFUSED = "points_refused"
    POINTS_WRITTEN_OFF = "points_written_off"
    POINTS_RELEASED = "points_released"
    POINTS_RETURNED = "points_returned"
    CLAIMED = "claimed"
    ISSUED = "issued"
    NOT_PAYABLE = "not_payable"  # its member was blocked or erased meanwhile
    NOT_DONE = "not_done"
    UNCLEAR = "unclear"
    ACCEPTED = "accepted"
    CONTRADICTED = "contradicted"
    COMPLETED = "completed"
    DECLINED = "declined"
    REVERSED = "reversed"
    ASK_AGAIN = "ask_again"
    GIVEN_UP = "given_up"  # by a clerk, the operator having said that he never heard of it


MOVES: Mapping[tuple[State, Fact], State] = {
    (State.PLANNED, Fact.ASKED_FOR): State.REQUESTED,
    (State.PLANNED, Fact.RUN_CANCELLED): State.CANCELLED,
    (State.RESERVED, Fact.RUN_CANCELLED): State.DECLINED,
    (State.REQUESTED, Fact.POINTS_RESERVED): State.RESERVED,
    (State.REQUESTED, Fact.POINTS_REFUSED): State.REFUSED,
    (State.RESERVED, Fact.CLAIMED): State.SENDING,
    (State.RESERVED, Fact.ISSUED): State.COMPLETED,
    (State.RESERVED, Fact.NOT_PAYABLE): State.DECLINED,
    # Put back as not done, and now the operator himself says that he did it.
    (State.RESERVED, Fact.COMPLETED): State.COMPLETED,
    (State.SENDING, Fact.NOT_DONE): State.RESERVED,
    (State.SENDING, Fact.UNCLEAR): State.UNKNOWN,
    (State.SENDING, Fact.ACCEPTED): State.ACCEPTED,
    (State.SENDING, Fact.CONTRADICTED): State.HELD,
    (State.SENDING, Fact.COMPLETED): State.COMPLETED,
    (State.SENDING, Fact.DECLINED): State.DECLINED,
    (State.UNKNOWN, Fact.NOT_DONE): State.RESERVED,
    (State.UNKNOWN, Fact.UNCLEAR): State.UNKNOWN,
    (State.UNKNOWN, Fact.ACCEPTED): State.ACCEPTED,
    (State.UNKNOWN, Fact.CONTRADICTED): State.HELD,
    (State.UNKNOWN, Fact.COMPLETED): State.COMPLETED,
    (State.UNKNOWN, Fact.DECLINED): State.DECLINED,
    # What he has accepted he has: silence does not unmake that, and it is never sent again.
    (State.ACCEPTED, Fact.UNCLEAR): State.ACCEPTED,
    (State.ACCEPTED, Fact.ACCEPTED): State.ACCEPTED,
    (State.ACCEPTED, Fact.CONTRADICTED): State.HELD,
    (State.ACCEPTED, Fact.COMPLETED): State.COMPLETED,
    (State.ACCEPTED, Fact.DECLINED): State.DECLINED,
    # Only by a clerk: an executor's late answer moves nothing that is held.
    (State.HELD, Fact.ASK_AGAIN): State.UNKNOWN,
    (State.HELD, Fact.GIVEN_UP): State.DECLINED,
    (State.COMPLETED, Fact.POINTS_WRITTEN_OFF): State.SETTLED,
    (State.COMPLETED, Fact.REVERSED): State.REVERSED,
    (State.SETTLED, Fact.REVERSED): State.REVERSED,
    (State.DECLINED, Fact.POINTS_RELEASED): State.RELEASED,
    # The operator may take a top-up back before we hear that its points were written off.
    (State.REVERSED, Fact.POINTS_WRITTEN_OFF): State.REVERSED,
    (State.REVERSED, Fact.POINTS_RETURNED): State.RETURNED,
}
ENDS = frozenset({State.SETTLED, State.RELEASED, State.RETURNED, State.REFUSED, State.CANCELLED})


class IllegalMove(ValueError):
    """The payout stands where this cannot happen."""

    code = "illegal_move"

    def __init__(self, payout_id: UUID, state: State, fact: Fact) -> None:
        self.payout_id, self.state, self.fact = payout_id, state, fact
        super().__init__(f"Payout {payout_id} is {state}: {fact} cannot happen to it now.")


def move(payout_id: UUID, state: State, fact: Fact) -> State:
    """Answer the state after a fact; raises IllegalMove."""
    try:
        return MOVES[state, fact]
    except KeyError:
        raise IllegalMove(payout_id, state, fact) from None
