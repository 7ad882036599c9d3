"""What a claim is, and how its state moves: pure rules, no I/O and no clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

# From opening to an answer to the member; from sending to the partner's answer.
MEMBER_WAITS_AT_MOST = timedelta(days=45)
PARTNER_ANSWERS_WITHIN = timedelta(days=30)
ITSELF = "itself"


class State(StrEnum):
    """Where a claim stands."""

    OPENED = "opened"
    SENT = "sent"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


# The one table of moves (None: the claim is new). It makes the test cases, and a trigger of the
# migration holds the database to the same pairs.
MOVES: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.OPENED}),
    # Settled: the store decided on the purchase after all, and nothing is left to claim.
    State.OPENED: frozenset({State.SENT, State.REFUSED, State.WITHDRAWN, State.SETTLED}),
    State.SENT: frozenset({State.ANSWERED, State.REFUSED, State.WITHDRAWN, State.SETTLED}),
    State.ANSWERED: frozenset({State.ACCEPTED, State.REFUSED, State.WITHDRAWN, State.SETTLED}),
    State.ACCEPTED: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.SETTLED: frozenset(),
}
ENDED = frozenset(state for state, after in MOVES.items() if state is not None and not after)


class OpenedBy(StrEnum):
    """Who opened a claim: its member, or the claim itself, when a promise was not kept."""

    MEMBER = "member"
    ITSELF = "itself"


class PartnerSays(StrEnum):
    """What the partner answers: it knows the purchase and will pay for it, or it does not."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


class CannotMove(Exception):
    """The claim stands where this cannot be done."""

    code = "claim_in_another_state"

    def __init__(self, claim: "Claim", wanted: State) -> None:
        """Say who brought it there, and when."""
        super().__init__(f"It cannot become {wanted}: {_how_it_stands(claim)}")


class ChangedMeanwhile(Exception):
    """Somebody else was first; who decides must have seen what the claim is now."""

    code = "claim_changed_meanwhile"

    def __init__(self, claim: "Claim") -> None:
        """Say who it was, and when."""
        super().__init__(f"Somebody else was first: {_how_it_stands(claim)}")


class PartnerDenied(Exception):
    """What the partner denies it will not pay for."""

    code = "partner_denied"

    def __init__(self, claim_id: str) -> None:
        """Say what can be done."""
        super().__init__(
            f"The partner denied claim {claim_id}, and pays nothing for it: refuse it with a "
            "reason."
        )


class Claim(Struct, frozen=True):
    """One claim; the fields are its table's columns.

    It is about one order of a store. `bonus_id`: the bonus that waits, where the store reported
    the order and then kept silent; without one `click_id` is what it rests on. `accepted_minor`:
    what was paid for the order, as the clerk or the partner said; None: what the store reported,
    or, if it never did, what was claimed.
    """

    claim_id: str
    member_id: str
    store_id: str
    click_id: str | None
    bonus_id: str | None
    order_id: str | None
    ordered_at: datetime
    amount_minor: int
    currency: str
    opened_by: OpenedBy
    opened_at: datetime
    answer_by: datetime
    state: State
    version: int
    changed_at: datetime
    changed_by: str
    partner_by: datetime | None = None
    partner_says: PartnerSays | None = None
    partner_minor: int | None = None
    partner_text: str | None = None
    accepted_minor: int | None = None
    reason: str | None = None


class Ask(Struct, frozen=True):
    """What a claim is opened with."""

    member_id: str
    store_id: str
    click_id: str | None
    bonus_id: str | None
    order_id: str | None
    ordered_at: datetime
    amount_minor: int
    currency: str


class Answer(Struct, frozen=True):
    """What a partner answered; `amount_minor` None: what it reported, else what was claimed."""

    says: PartnerSays
    amount_minor: int | None
    text: str | None


def open_claim(claim_id: str, ask: Ask, opened_by: OpenedBy, at: datetime) -> Claim:
    """Answer a new claim; its member is answered within 45 days."""
    return Claim(
        claim_id,
        ask.member_id,
        ask.store_id,
        ask.click_id,
        ask.bonus_id,
        ask.order_id,
        ask.ordered_at,
        ask.amount_minor,
        ask.currency,
        opened_by=opened_by,
        opened_at=at,
        answer_by=at + MEMBER_WAITS_AT_MOST,
        state=State.OPENED,
        version=1,
        changed_at=at,
        changed_by=opened_by.value,
    )


def check_version(claim: Claim, seen: int) -> None:
    """Let pass who has seen the claim as it is; raises ChangedMeanwhile.

    Example: of two clerks who both saw version 3 the first decides, and the second is told whom
    the claim was decided by, and when.
    """
    if claim.version != seen:
        raise ChangedMeanwhile(claim)


def send(claim: Claim, who: str, at: datetime) -> Claim:
    """Answer the claim once it goes to the partner, which has 30 days; raises CannotMove."""
    sent = _move(claim, State.SENT, who, at)
    return replace(sent, partner_by=at + PARTNER_ANSWERS_WITHIN)


def answer(claim: Claim, given: Answer, who: str, at: datetime) -> Claim:
    """Answer the claim with what its partner says; raises CannotMove."""
    answered = _move(claim, State.ANSWERED, who, at)
    return replace(
        answered,
        partner_says=given.says,
        partner_minor=given.amount_minor,
        partner_text=given.text,
    )


def accept(claim: Claim, amount_minor: int | None, reason: str, who: str, at: datetime) -> Claim:
    """Answer the accepted claim; raises CannotMove, PartnerDenied.

    What counts as paid is what the clerk says, else the partner, else what the store reported. The
    member's own figure counts only of an order that was never reported, and who records the claim
    knows that, whatever was reported up to that moment: here it is no sum at all. Example: claimed
    1 200.00, confirmed by the partner with 1 099.00, accepted without a figure: 1 099.00.
    """
    accepted = _move(claim, State.ACCEPTED, who, at)
    if claim.partner_says is not PartnerSays.CONFIRMED:
        raise PartnerDenied(claim.claim_id)
    counts = claim.partner_minor if amount_minor is None else amount_minor
    return replace(accepted, accepted_minor=counts, reason=reason)


def refuse(claim: Claim, reason: str, who: str, at: datetime) -> Claim:
    """Answer the refused claim; its member reads the reason. Raises CannotMove."""
    return replace(_move(claim, State.REFUSED, who, at), reason=reason)


def withdraw(claim: Claim, at: datetime) -> Claim:
    """Answer the claim that its member takes back; raises CannotMove."""
    return _move(claim, State.WITHDRAWN, OpenedBy.MEMBER.value, at)


def settle(claim: Claim, reason: str, at: datetime) -> Claim:
    """Answer the claim whose purchase the store decided on after all; raises CannotMove."""
    return replace(_move(claim, State.SETTLED, ITSELF, at), reason=reason)


def _move(claim: Claim, state: State, who: str, at: datetime) -> Claim:
    if state not in MOVES[claim.state]:
        raise CannotMove(claim, state)
    return replace(claim, state=state, version=claim.version + 1, changed_at=at, changed_by=who)


def _how_it_stands(claim: Claim) -> str:
    at = f"{claim.changed_at:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"claim {claim.claim_id} is {claim.state} since {at}, by {claim.changed_by}, "
        f"version {claim.version}."
    )
