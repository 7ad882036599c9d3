"""What calls to the operator taught us, kept a batch at a time: rows, then events, one transaction.

An answer is only of use where its attempt still owns the row. What came too late changes nothing
and is logged; that it does not is why the rows are locked and looked at again before the update.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from services.payout import events
from services.payout.config import Patience
from services.payout.states import MOVES, Fact, State
from services.payout.store import claims, payouts
from services.payout.store.claims import Kept
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Outcome
from shared import event_log
from shared.events import Event

log = structlog.get_logger()
OUTCOMES = Counter("payout_outcomes", "What calls to the operator taught us.", ["fact"])
# Twenty doublings of a second are twelve days: more would only overflow.
_MOST_DOUBLINGS = 20
# Asked about until it is known, for a day; then it is a clerk's.
_OPEN = {Fact.UNCLEAR, Fact.ACCEPTED}
_ENDED_OTHERWISE = {
    Fact.COMPLETED: {State.DECLINED, State.RELEASED},
    Fact.DECLINED: {State.COMPLETED, State.SETTLED},
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A payout as it was claimed, what its call taught us, and when it was really sent."""

    payout: Payout
    outcome: Outcome
    sent_at: datetime | None = None


def keep_outcomes(
    connection: Connection, tried: Sequence[Tried], patience: Patience, now: datetime
) -> None:
    """Keep what calls taught us, and say it."""
    locked = payouts.lock(connection, [one.payout.payout_id for one in tried])
    kept: list[Kept] = []
    said: list[Event] = []
    for one in _doubt_references(connection, tried):
        payout = locked[one.payout.payout_id]
        outcome = _doubt_silence(payout, one.outcome, patience, now)
        OUTCOMES.labels(outcome.fact).inc()
        _log(payout, outcome)
        state = MOVES.get((payout.state, outcome.fact))
        # Another attempt may own the row by now: it has the same key, so the same answer too.
        if payout.attempts != one.payout.attempts or state is None:
            _tell_if_contradicts_its_end(payout, outcome)
            continue
        kept.append(_kept(payout, replace(one, outcome=outcome), state, patience, now))
        said += _say(payout, state, outcome, now)
    claims.set_outcomes(connection, kept)
    event_log.add(connection, said)


def never_heard(payout: Payout, patience: Patience, asked_at: datetime) -> Outcome:
    """Judge the operator's "never heard of it": believable once he has had time to hear."""
    assert payout.sent_at is not None
    if payout.state is State.ACCEPTED:
        return Outcome(Fact.CONTRADICTED, "the operator accepted it, and now never heard of it")
    if asked_at - payout.sent_at < patience.settling:
        return Outcome(Fact.UNCLEAR, "the operator has not heard of it yet")
    return Outcome(Fact.NOT_DONE, "the operator never heard of it", pause=timedelta(0))


def _doubt_references(connection: Connection, tried: Sequence[Tried]) -> list[Tried]:
    """Believe no answer that names a top-up of another payout, be it one of the same batch."""
    named = [one.outcome.reference for one in tried if one.outcome.reference is not None]
    owners = claims.owners(connection, named)
    believed = []
    for one in tried:
        reference, payout_id = one.outcome.reference, one.payout.payout_id
        if reference is not None and owners.setdefault(reference, payout_id) != payout_id:
            reason = f"the operator answered top-up {reference}, which is another payout's"
            believed.append(replace(one, outcome=Outcome(Fact.CONTRADICTED, reason)))
        else:
            believed.append(one)
    return believed


def _doubt_silence(payout: Payout, outcome: Outcome, patience: Patience, now: datetime) -> Outcome:
    assert payout.sent_at is not None
    if outcome.fact in _OPEN and now - payout.sent_at >= patience.give_up:
        return replace(outcome, fact=Fact.CONTRADICTED)
    return outcome


def _kept(payout: Payout, tried: Tried, state: State, patience: Patience, now: datetime) -> Kept:
    outcome = tried.outcome
    return Kept(
        payout.payout_id,
        state,
        outcome.reason,
        next_at=_next_at(payout, outcome, patience, now),
        sent_at=tried.sent_at,
        completed_at=now if state is State.COMPLETED else None,
        operator_reference=outcome.reference,
    )


def _say(payout: Payout, state: State, outcome: Outcome, now: datetime) -> list[Event]:
    if state is State.COMPLETED:
        return [events.completed(payout.subject(), [], now)]
    if state is State.DECLINED:
        return [events.declined(payout.subject(), outcome.reason or "declined", now)]
    return []


def _next_at(
    payout: Payout, outcome: Outcome, patience: Patience, now: datetime
) -> datetime | None:
    if outcome.fact is Fact.NOT_DONE:
        pause = outcome.pause
        return now + (_pause(payout.attempts, patience) if pause is None else pause)
    if outcome.fact in _OPEN:
        return now + _pause(payout.questions, patience)
    return None


def _pause(tries: int, patience: Patience) -> timedelta:
    return min(patience.longest, patience.first * (1 << min(max(tries - 1, 0), _MOST_DOUBLINGS)))


def _log(payout: Payout, outcome: Outcome) -> None:
    tell = {Fact.CONTRADICTED: log.error, Fact.UNCLEAR: log.warning, Fact.NOT_DONE: log.warning}
    tell.get(outcome.fact, log.info)(
        "top_up.outcome",
        payout_id=str(payout.payout_id),
        fact=outcome.fact.value,
        reason=outcome.reason,
        attempt=payout.attempts,
    )


def _tell_if_contradicts_its_end(payout: Payout, outcome: Outcome) -> None:
    """Tell of what moves no points any more and should have moved others: a clerk's matter."""
    if payout.state in _ENDED_OTHERWISE.get(outcome.fact, ()):
        log.error(
            "top_up.contradicts_its_end",
            payout_id=str(payout.payout_id),
            fact=outcome.fact.value,
            state=payout.state.value,
            operator_reference=outcome.reference,
        )
