"""INVARIANT: whatever happens to members, and however often we die of it, each balance is right.

Random purchases, amendments, returns and payouts go through the real handlers into a real database,
some of them again, some in one batch with others, some after a kill before the commit. A small
model in plain Python knows what every balance must be.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, event

from shared.events import Event
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses
from tests.support.bonus_model import MemberModel
from tests.support.clock import SteppedClock

RUNS = 1_000
STEPS = 10
LINES = 4
_STATUSES = ["reported", "approved", "approved", "approved_unfunded", "declined", "returned"]
_ENTRIES = """
SELECT account, sum(amount) AS amount FROM entries
WHERE posting_id IN (SELECT posting_id FROM postings WHERE member_id = :member_id)
GROUP BY account
"""


class Killed(Exception):
    """The process dies before its commit."""


def test_any_life_ends_in_the_books_of_the_model(
    service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """What would break it: a guard beside its effect, a debt repaid twice, a return of a return."""
    engine = service_engine("bonus_status")
    run_state_machine_as_test(
        lambda: OneLife(Desk(engine, clock)),
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class OneLife(RuleBasedStateMachine):
    """One member with a few purchases and payouts; chance delivers what is said of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.model = MemberModel()
        self.lines = [bonuses.new_id() for _ in range(LINES)]
        self.told: list[Event] = []
        desk.hear(desk.member("active"))
        desk.hear(desk.store())

    @rule(
        line=st.integers(0, LINES - 1),
        statuses=st.lists(st.sampled_from(_STATUSES), min_size=1, max_size=3),
        points=st.integers(0, 2_000),
        deliver=st.sampled_from(["once", "twice", "killed"]),
    )
    def the_store_says(self, line: int, statuses: list[str], points: int, deliver: str) -> None:
        said = []
        for status in statuses:
            worth = 0 if status == "returned" else points
            paid = -(-worth * 100 * 100 // 7)  # the least that earns so many at 7 %
            told = {"status": status, "paid_minor": paid}
            said.append(self.desk.conversion(self.lines[line], **told))
            self.model.reported(self.lines[line], status, worth)
        self._deliver(said, deliver)

    @rule(
        amount=st.integers(1, 3_000),
        minimum=st.integers(1, 300),
        deliver=st.sampled_from(["once", "twice", "killed"]),
    )
    def a_payout_asks(self, amount: int, minimum: int, deliver: str) -> None:
        payout_id = bonuses.new_id()
        self.model.asked(payout_id, amount, minimum)
        asked = self.desk.asks(payout_id, amount=amount, minimum_amount=minimum)
        self._deliver([asked], deliver)

    @precondition(lambda self: self.model.reserved)
    @rule(part=st.integers(1, 100), deliver=st.sampled_from(["once", "twice", "killed"]))
    def a_payout_is_completed(self, part: int, deliver: str) -> None:
        payout_id, amount = next(iter(self.model.reserved.items()))
        paid = max(amount * part // 100, 1)
        self.model.completed(payout_id, paid)
        self._deliver([self.desk.ends(payout_id, "completed", paid)], deliver)

    @precondition(lambda self: self.model.reserved)
    @rule(deliver=st.sampled_from(["once", "killed"]))
    def a_payout_is_declined(self, deliver: str) -> None:
        payout_id, amount = next(iter(self.model.reserved.items()))
        self.model.declined(payout_id)
        self._deliver([self.desk.ends(payout_id, "declined", amount)], deliver)

    @precondition(lambda self: self.model.spent)
    @rule(deliver=st.sampled_from(["once", "killed"]))
    def a_payout_is_reversed(self, deliver: str) -> None:
        payout_id, amount = next(iter(self.model.spent.items()))
        self.model.reversed(payout_id)
        self._deliver([self.desk.ends(payout_id, "reversed", amount)], deliver)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def something_old_comes_again(self, data: st.DataObject) -> None:
        self.desk.hear(data.draw(st.sampled_from(self.told)))

    @invariant()
    def every_balance_is_that_of_the_model(self) -> None:
        assert self.desk.balance() == self.model.balance()

    def teardown(self) -> None:
        """In the end every sum is zero, and nothing waits."""
        assert self.desk.waiting() == []
        sums = {row["account"]: int(row["amount"]) for row in self.desk.rows(_ENTRIES)}
        balance = self.model.balance()
        assert sum(sums.values()) == 0
        assert sums.get("member_debt", 0) == -balance["debt"]
        assert sums.get("written_off", 0) == balance["written_off"]

    def _deliver(self, events: Sequence[Event], how: str) -> None:
        self.told += events
        if how == "killed":
            with _killed_before_commit(self.desk.engine), pytest.raises(Killed):
                self.desk.hear(*events)
        self.desk.hear(*events)
        if how == "twice":
            self.desk.hear(*events)


class _killed_before_commit:  # noqa: N801 - reads as what it does
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        event.listen(self._engine, "commit", self._die)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "commit", self._die)

    def _die(self, _: Any) -> None:
        raise Killed
