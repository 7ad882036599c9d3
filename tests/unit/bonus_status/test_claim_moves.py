"""How a claim's state moves: the table, who wins, and what counts as paid in the end."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from services.bonus_status.claims import domain
from services.bonus_status.claims.domain import (
    ENDED,
    MOVES,
    Answer,
    Ask,
    CannotMove,
    ChangedMeanwhile,
    Claim,
    OpenedBy,
    PartnerDenied,
    PartnerSays,
    State,
)

NOW = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
ASK = Ask("member", "aliexpress", "click", None, "A-1", NOW - timedelta(days=50), 109_900, "RUB")
CONFIRMED = Answer(PartnerSays.CONFIRMED, None, None)


def opened(**changes: object) -> Claim:
    return replace(domain.open_claim("claim", ASK, OpenedBy.MEMBER, NOW), **changes)


def answered(says: PartnerSays, amount_minor: int | None = None, **changes: object) -> Claim:
    sent = domain.send(opened(**changes), "anna", NOW)
    return domain.answer(sent, Answer(says, amount_minor, None), "partner:mall", NOW)


def bring(claim: Claim, state: State) -> Claim:
    if state is State.SENT:
        return domain.send(claim, "anna", NOW)
    if state is State.ANSWERED:
        return domain.answer(claim, CONFIRMED, "anna", NOW)
    if state is State.ACCEPTED:
        return domain.accept(claim, None, "fits", "anna", NOW)
    if state is State.REFUSED:
        return domain.refuse(claim, "no", "anna", NOW)
    if state is State.WITHDRAWN:
        return domain.withdraw(claim, NOW)
    return domain.settle(claim, "came", NOW)


@pytest.mark.parametrize(
    ("before", "after"), list(product(State, [one for one in State if one is not State.OPENED]))
)
def test_every_move_is_in_the_table_or_refused(before: State, after: State) -> None:
    claim = opened(state=before, partner_says=PartnerSays.CONFIRMED)
    if after in MOVES[before]:
        moved = bring(claim, after)
        assert (moved.state, moved.version) == (after, claim.version + 1)
    else:
        with pytest.raises(CannotMove, match=f"is {before} since 2027-01-10T09:00:00Z"):
            bring(claim, after)


def test_every_state_can_be_reached_and_every_claim_can_end() -> None:
    assert set().union(*MOVES.values()) == set(State)
    open_states = set(State) - ENDED
    assert all(State.REFUSED in MOVES[state] for state in open_states)
    assert {State.ACCEPTED, State.REFUSED, State.WITHDRAWN, State.SETTLED} == ENDED


def test_who_saw_another_version_is_told_who_was_first() -> None:
    refused = domain.refuse(opened(), "no such order", "anna", NOW)
    domain.check_version(refused, 2)
    with pytest.raises(ChangedMeanwhile, match=r"is refused since .* by anna, version 2"):
        domain.check_version(refused, 1)


def test_deadlines_follow_the_opening_and_the_sending() -> None:
    later = NOW + timedelta(days=3)
    sent = domain.send(opened(), "anna", later)
    assert sent.answer_by == NOW + timedelta(days=45)
    assert sent.partner_by == later + timedelta(days=30)


def test_what_the_partner_denies_cannot_be_accepted() -> None:
    with pytest.raises(PartnerDenied):
        domain.accept(answered(PartnerSays.DENIED), None, "yes", "anna", NOW)


@pytest.mark.parametrize(
    ("clerk", "partner", "bonus_id", "counts"),
    [
        (None, None, None, None),
        (None, 100_000, None, 100_000),
        (90_000, 100_000, None, 90_000),
        (None, None, "bonus", None),
        (None, 100_000, "bonus", 100_000),
    ],
)
def test_the_clerks_sum_counts_else_the_partners_else_none_is_said(
    clerk: int | None, partner: int | None, bonus_id: str | None, counts: int | None
) -> None:
    """What would break it: the member's sum, said of an order that the store reported as well."""
    claim = answered(PartnerSays.CONFIRMED, partner, bonus_id=bonus_id)
    assert domain.accept(claim, clerk, "fits", "anna", NOW).accepted_minor == counts
