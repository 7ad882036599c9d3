"""A clerk's decisions on what is held: released, it is decided again at once; refused, for good.

Either is one transaction with its record: who, why, of which hold, and what came of it. The order
is locked first, as for every decision on it, so of two clerks one decides and the other is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from services.partner_postback import handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.domain.waiving import may_waive
from services.partner_postback.holds.again import arrival_of
from services.partner_postback.holds.sentences import WHAT_TO_DO
from services.partner_postback.partners import Directory
from services.partner_postback.store import held
from services.partner_postback.store.batches import RACES
from services.partner_postback.store.holds import queue
from services.partner_postback.store.holds.queue import Decision
from services.partner_postback.verdicts import Arrival, Outcome
from shared.clock import Clock

_MOST_TRIES = 5


class CannotKeep(Exception):
    """Others were first each time; the clerk may try again."""

    code = "try_again"

    def __init__(self) -> None:
        super().__init__("The order is being changed at this moment. Try again a little later.")


class NotHeld(Exception):
    """The receipt is there, and it waits no more: it was decided meanwhile, by whomever."""

    code = "not_held"

    def __init__(self, receipt_id: UUID, verdict: str, code: str) -> None:
        super().__init__(f"Receipt {receipt_id} is not held any more: {verdict}, {code}.")


class NoSuchReceipt(Exception):
    """There is no such receipt."""

    code = "unknown_receipt"

    def __init__(self, receipt_id: UUID) -> None:
        super().__init__(f"There is no receipt {receipt_id}.")


class CannotRelease(Exception):
    """What is missing cannot be waived: without it nothing can be decided."""

    code = "cannot_release"

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"What is held as {hold} cannot be released. {WHAT_TO_DO[hold]}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A held receipt under the lock of its order."""

    arrival: Arrival
    code: Hold
    rule: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a clerk says of a decision: who it is, and why."""

    clerk: str
    reason: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What deciding on held receipts needs."""

    engine: Engine
    directory: Directory
    clicks: ClickIds
    clock: Clock

    def release(self, receipt_id: UUID, said: Said) -> Outcome:
        """Waive what holds a receipt, that alone, and decide again.

        It may be held by something else then. Raises NotHeld, NoSuchReceipt, CannotRelease.
        """

        def again(connection: Connection, waiting: Waiting) -> Outcome:
            arrival, hold = waiting.arrival, waiting.code
            if not may_waive(hold, arrival.said if isinstance(arrival.said, Message) else None):
                raise CannotRelease(hold)
            let_pass = replace(arrival, waived=arrival.waived | {hold})
            [outcome] = handlers.retry(connection, [let_pass], self.clicks, self.clock)
            return outcome

        return self._decide(receipt_id, "released", said, again)

    def refuse(self, receipt_id: UUID, said: Said) -> Outcome:
        """Refuse a held receipt; its partner reads the reason. Raises NotHeld, NoSuchReceipt."""

        def for_good(connection: Connection, waiting: Waiting) -> Outcome:
            return handlers.refuse(
                connection, waiting.arrival, said.reason, self.clicks, self.clock
            )

        return self._decide(receipt_id, "refused", said, for_good)

    def _decide(
        self,
        receipt_id: UUID,
        decision: str,
        said: Said,
        decide: Callable[[Connection, Waiting], Outcome],
    ) -> Outcome:
        for _ in range(_MOST_TRIES):
            try:
                with self.engine.begin() as connection:
                    waiting = self._take(connection, receipt_id)
                    outcome = decide(connection, waiting)
                    queue.note(connection, self._record(waiting, decision, said, outcome))
                    return outcome
            except RACES:
                continue
        raise CannotKeep

    def _take(self, connection: Connection, receipt_id: UUID) -> Waiting:
        place = queue.place_of(connection, receipt_id)
        taken = held.take(connection, [place]) if place else []
        if not taken:
            decided = queue.verdict_of(connection, receipt_id)
            if decided is None:
                raise NoSuchReceipt(receipt_id)
            raise NotHeld(receipt_id, *decided)
        row, request = taken[0]
        return Waiting(arrival_of(self.directory, row, request), Hold(row.code), row.rule)

    def _record(self, waiting: Waiting, decision: str, said: Said, outcome: Outcome) -> Decision:
        return Decision(
            receipt_id=waiting.arrival.receipt_id,
            decision=decision,
            code=waiting.code,
            rule=waiting.rule,
            reason=said.reason,
            decided_by=said.clerk,
            decided_at=self.clock(),
            verdict=outcome.verdict,
            verdict_code=outcome.code,
        )
