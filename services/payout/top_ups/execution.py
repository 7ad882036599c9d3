"""Executing top-ups: claim a batch, commit, call, keep the outcomes. Executors share the work.

`sending` is committed before the first call and no transaction is open during any. So after a kill
-9 at any line the rows say that money may have moved, and a payout found like that is asked about,
never sent again until the operator has had time to know of it and says that he does not.

A batch must not outlive its lease: past it, others ask about what is still `sending`, may hear
that the operator never heard of it, and send it again or give its points back, while we still hold
it in our hands to send. So what is not sent when half of the lease has passed is put back, and the
other half is longer than the call that was under way then. It was certainly not sent: only this
executor had it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from services.payout.config import Patience
from services.payout.states import Fact
from services.payout.store import claims
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import Billing, Outcome
from services.payout.top_ups.outcomes import Tried, keep_outcomes, never_heard
from services.payout.top_ups.phones import NoUsableAnswer, Phones
from services.payout.top_ups.rate import NO_LIMIT, Rate, within
from shared.clock import Clock
from shared.http_client import CallFailed, Circuit

log = structlog.get_logger()
BATCH = 32
# While the operator keeps failing nothing is claimed; then one payout tries whether he is back.
MOST = {Circuit.CLOSED: BATCH, Circuit.HALF_OPEN: 1, Circuit.OPEN: 0}
Claim = Callable[[Connection, datetime, datetime, int], list[Payout]]
_PUT_BACK = Outcome(Fact.NOT_DONE, "it was put back before it was sent", pause=timedelta(0))


class Executor:
    """One pair of hands, shared by threads; once `stop` is set it puts its batch down."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works on, whom it calls, how long, until when
        self,
        engine: Engine,
        billing: Billing,
        phones: Phones,
        patience: Patience,
        clock: Clock,
        stop: threading.Event,
        rate: Rate = NO_LIMIT,
    ) -> None:
        self._engine = engine
        self._billing = billing
        self._phones = phones
        self._patience = patience
        self._clock = clock
        self._stop = stop
        self._rate = rate
        self._asked_last = False

    def work(self) -> bool:
        """Ask about payouts and send some; answers False when there is nothing to do now.

        Who worked last goes second: a month's worth of questions must not keep the next month from
        being sent, not even when the operator allows one call a second.
        """
        if self._asked_last:
            sent = self.send_next()
            return self.ask_next() or sent
        asked = self.ask_next()
        return self.send_next() or asked

    def send_next(self) -> bool:
        """Send the next reserved top-ups."""
        now = self._clock()
        batch = self._claim(claims.claim, now)
        self._asked_last = self._asked_last and not batch
        self._keep_all(self._send(batch, until=now + self._patience.lease / 2))
        return bool(batch)

    def ask_next(self) -> bool:
        """Ask what became of the next top-ups whose outcome is unknown."""
        now = self._clock()
        batch = self._claim(claims.claim_questions, now)
        self._asked_last = self._asked_last or bool(batch)
        self._keep_all(self._ask(batch, until=now + self._patience.lease / 2))
        return bool(batch)

    def find_lost(self) -> bool:
        """Turn what a killed executor left in `sending` into questions."""
        with self._engine.begin() as connection:
            lost = claims.lose(connection, self._clock())
        for payout_id in lost:
            log.warning("top_up.lost_its_executor", payout_id=str(payout_id))
        return bool(lost)

    def _claim(self, claim: Claim, now: datetime) -> Sequence[Payout]:
        """Claim a batch, but nothing that could not be called about now."""
        most = MOST[self._billing.circuit]
        if not most:
            return []
        lease_ends = now + self._patience.lease
        with self._engine.begin() as connection:
            return within(
                connection,
                self._rate,
                now,
                lambda limit: claim(connection, now, lease_ends, limit),
                most=most,
            )

    def _send(self, batch: Sequence[Payout], until: datetime) -> Iterator[Tried]:
        try:
            phones = self._phones.of(batch)
        except (CallFailed, NoUsableAnswer) as fault:
            reason = f"the number is not known yet: {type(fault).__name__}"
            yield from (Tried(payout, Outcome(Fact.NOT_DONE, reason)) for payout in batch)
            return
        for payout in batch:
            now = self._clock()
            if now >= until or self._stop.is_set():
                yield Tried(payout, _PUT_BACK)
            else:
                yield Tried(payout, self._top_up(payout, phones.get(payout.payout_id)), now)

    def _top_up(self, payout: Payout, phone: str | None) -> Outcome:
        if phone is None:
            return Outcome(Fact.DECLINED, "no_number")
        return self._billing.top_up(payout, phone)

    def _ask(self, batch: Sequence[Payout], until: datetime) -> Iterator[Tried]:
        for payout in batch:
            now = self._clock()
            if now >= until or self._stop.is_set():
                return  # a question does no harm: whoever is free asks when the lease has ended
            outcome = self._billing.ask(payout) or never_heard(payout, self._patience, now)
            yield Tried(payout, outcome)

    def _keep_all(self, calls: Iterable[Tried]) -> None:
        """Keep every call's outcome, also of those made before one that raised."""
        tried: list[Tried] = []
        try:
            tried.extend(calls)
        finally:
            if tried:
                self._keep(tried)

    def _keep(self, tried: Sequence[Tried]) -> None:
        try:
            with self._engine.begin() as connection:
                keep_outcomes(connection, tried, self._patience, self._clock())
        except IntegrityError:
            # Another executor has just kept a reference that we were told too: now it is seen.
            with self._engine.begin() as connection:
                keep_outcomes(connection, tried, self._patience, self._clock())
