"""Executing top-ups: claim, commit, call, keep the outcome. Any number of executors share the work.

`sending` is committed before the call and no transaction is open during it. So after a kill -9 at
any line the row says that money may have moved, and a payout found like that is asked about, never
sent again until the operator has had time to know of it and says that he does not.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection, Engine

from services.payout import events
from services.payout.config import Patience
from services.payout.states import MOVES, Fact, State
from services.payout.store import payouts
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing, Outcome
from services.payout.top_ups.phones import NoUsableAnswer, Phones
from shared import event_log
from shared.clock import Clock
from shared.http_client import CallFailed

log = structlog.get_logger()
OUTCOMES = Counter("payout_outcomes", "What calls to the operator taught us.", ["fact"])
# Twenty doublings of a second are twelve days: more would only overflow.
_MOST_DOUBLINGS = 20


class Executor:
    """One pair of hands; several threads may share it."""

    def __init__(
        self, engine: Engine, billing: Billing, phones: Phones, patience: Patience, clock: Clock
    ) -> None:
        self._engine = engine
        self._billing = billing
        self._phones = phones
        self._patience = patience
        self._clock = clock

    def work(self) -> bool:
        """Ask about one payout or send one; answers False when there is nothing to do now."""
        return self.ask_next() or self.send_next()

    def send_next(self) -> bool:
        """Send the next reserved top-up."""
        now = self._clock()
        with self._engine.begin() as connection:
            payout = payouts.claim(connection, now, now + self._patience.lease)
        if payout is None:
            return False
        self._keep(payout, self._send(payout))
        return True

    def ask_next(self) -> bool:
        """Ask what became of the next top-up whose outcome is unknown."""
        now = self._clock()
        with self._engine.begin() as connection:
            payout = payouts.claim_question(connection, now, now + self._patience.lease)
        if payout is None:
            return False
        outcome = self._billing.ask(payout) or never_heard(payout, self._patience, now)
        self._keep(payout, outcome)
        return True

    def find_lost(self) -> bool:
        """Turn what a killed executor left in `sending` into questions."""
        with self._engine.begin() as connection:
            lost = payouts.lose(connection, self._clock())
        for payout_id in lost:
            log.warning("top_up.lost_its_executor", payout_id=str(payout_id))
        return bool(lost)

    def _send(self, payout: Payout) -> Outcome:
        try:
            phone = self._phones.phone_of(payout.member_id, payout.relative_id)
        except (CallFailed, NoUsableAnswer) as fault:
            return Outcome(Fact.NOT_DONE, f"the number is not known yet: {type(fault).__name__}")
        if phone is None:
            return Outcome(Fact.DECLINED, "no_number")
        return self._billing.top_up(payout, phone)

    def _keep(self, payout: Payout, outcome: Outcome) -> None:
        with self._engine.begin() as connection:
            keep_outcome(connection, payout, outcome, self._patience, self._clock())


def never_heard(payout: Payout, patience: Patience, asked_at: datetime) -> Outcome:
    """Judge the operator's "never heard of it": believable once he has had time to hear."""
    assert payout.sent_at is not None
    if asked_at - payout.sent_at < patience.settling:
        return Outcome(Fact.UNCLEAR, "the operator has not heard of it yet")
    return Outcome(Fact.NOT_DONE, "the operator never heard of it", pause=timedelta(0))


def keep_outcome(
    connection: Connection, tried: Payout, outcome: Outcome, patience: Patience, now: datetime
) -> None:
    """Keep what a call taught us, and say it; what came too late to be of use is only logged."""
    payout = payouts.lock(connection, [tried.payout_id])[tried.payout_id]
    outcome = _doubt(connection, payout, outcome, patience, now)
    state = MOVES.get((payout.state, outcome.fact))
    OUTCOMES.labels(outcome.fact).inc()
    _log(payout, outcome)
    # Another attempt owns the row by now: it has the same key, so its answer is the same as ours.
    if payout.attempts != tried.attempts or state is None:
        _tell_if_done_after_all(payout, outcome)
        return
    payouts.set_outcome(
        connection,
        payout.payout_id,
        state=state.value,
        reason=outcome.reason,
        next_at=_next_at(payout, outcome, patience, now),
        reference=outcome.reference,
        completed_at=now if state is State.COMPLETED else None,
    )
    if state is State.COMPLETED:
        event_log.add(connection, [events.completed(payout.subject(), [], now)])
    elif state is State.DECLINED:
        reason = outcome.reason or "declined"
        event_log.add(connection, [events.declined(payout.subject(), reason, now)])


def _doubt(
    connection: Connection, payout: Payout, outcome: Outcome, patience: Patience, now: datetime
) -> Outcome:
    named = outcome.reference
    if named is not None and payouts.is_anothers(connection, payout.payout_id, named):
        reason = f"the operator answered top-up {named}, which is another payout's"
        return Outcome(Fact.CONTRADICTED, reason)
    assert payout.sent_at is not None
    if outcome.fact is Fact.UNCLEAR and now - payout.sent_at >= patience.give_up:
        return replace(outcome, fact=Fact.CONTRADICTED)
    return outcome


def _next_at(
    payout: Payout, outcome: Outcome, patience: Patience, now: datetime
) -> datetime | None:
    if outcome.fact is Fact.NOT_DONE:
        pause = outcome.pause
        return now + (_pause(payout.attempts, patience) if pause is None else pause)
    if outcome.fact is Fact.UNCLEAR:
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


def _tell_if_done_after_all(payout: Payout, outcome: Outcome) -> None:
    if outcome.fact is Fact.COMPLETED and payout.state in {State.DECLINED, State.RELEASED}:
        log.error(
            "top_up.done_after_all",
            payout_id=str(payout.payout_id),
            state=payout.state.value,
            operator_reference=outcome.reference,
        )
