"""INVARIANT: whatever happens to members, and however often we die of it, each balance is right.

Random purchases, amendments, returns, payouts, gifts, invitations, promo codes and corrections go
through the real handlers and routes into a real database, some of them again, some in one batch
with others, some after a kill before the commit. A small model in plain Python knows what every
balance must be, and what stores and operator gave.
"""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import cached_property
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

from shared.events import Event
from tests.integration.bonus_status.programme import WAYS, Programme
from tests.support import bonuses
from tests.support.clock import SteppedClock
from tests.support.gifts_model import ALONE_UP_TO, CodesModel, GiftedModel

RUNS = 1_000
STEPS = 8
MEMBERS = 3  # the first one invited the others
LINES = 2  # of each
CLERKS = ("anna", "boris")
USES = (1, 2)  # of each promo code
_STATUSES = ["reported", "approved", "approved", "approved_unfunded", "declined", "returned"]
_MEMBER = st.sampled_from([0, 0, *range(MEMBERS)])
_WAY = st.sampled_from(WAYS)
_LINKED_AT = "2026-11-20T00:00:00Z"


# In parts, so that the suite's workers can share them.
@pytest.mark.parametrize("runs", [RUNS // 2, RUNS - RUNS // 2], ids=["one-half", "other-half"])
def test_any_life_ends_in_the_books_of_the_model(
    fresh_service_url: Callable[[str], str], clock: SteppedClock, runs: int
) -> None:
    """What would break it: a guard beside its effect, a debt repaid twice, a return of a return."""
    with closing(Programme(fresh_service_url("bonus_status"), clock)) as programme:
        run_state_machine_as_test(
            lambda: OneLife(programme),
            settings=settings(
                max_examples=runs,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert programme.desk.books_are_right()


class OneLife(RuleBasedStateMachine):
    """A few members with a few purchases; chance delivers what is said of them."""

    def __init__(self, programme: Programme) -> None:
        super().__init__()
        self.programme = programme
        self.desk = programme.desk
        self.members = [bonuses.new_id() for _ in range(MEMBERS)]
        self.lines = [[bonuses.new_id() for _ in range(LINES)] for _ in range(MEMBERS)]
        inviter = GiftedModel()
        self.models = [inviter, *(GiftedModel(inviter=inviter) for _ in range(MEMBERS - 1))]
        self.codes_model = CodesModel(dict(enumerate(USES)))
        self.waiting: dict[str, tuple[int, int, str]] = {}  # correction → whose, points, by whom
        self.told: list[Event] = []
        self.commands: list[dict[str, Any]] = []
        self.is_news = True  # told since something old came again
        self._hear("once", *(self._snapshot(one) for one in range(MEMBERS)))

    @rule(
        said=st.lists(
            st.tuples(
                _MEMBER,
                st.integers(0, LINES - 1),
                st.sampled_from(_STATUSES),
                st.integers(0, 800),
            ),
            min_size=1,
            max_size=3,
        ),
        way=_WAY,
    )
    def the_store_says(self, said: list[tuple[int, int, str, int]], way: str) -> None:
        events = []
        for who, number, status, points in said:
            worth = 0 if status == "returned" else points
            paid = -(-worth * 100 * 100 // 7)  # the least that earns so many at 7 %
            line = self.lines[who][number]
            at = bonuses.REPORTED_AT + timedelta(seconds=len(self.told) + len(events))
            mine = {"member_id": self.members[who], "status": status, "paid_minor": paid}
            events.append(self.desk.conversion(line, at, **mine))
            self.models[who].reported(line, status, worth)
        self._hear(way, *events)

    the_store_says_more = the_store_says  # twice as often as anything else

    @rule(who=_MEMBER, email=st.booleans(), profile=st.booleans(), way=_WAY)
    def a_member_says(self, who: int, email: bool, profile: bool, way: str) -> None:  # noqa: FBT001
        self.models[who].said(email=email, profile=profile)
        self._hear(way, self._snapshot(who, email=email, profile=profile))

    @rule(who=_MEMBER, code=st.integers(0, len(USES)), way=_WAY)
    def a_member_redeems(self, who: int, code: int, way: str) -> None:
        for answer in self.programme.redeem(way, self.members[who], self._codes[code]):
            given = self.codes_model.redeemed(self.models[who], code)
            assert answer.status_code in ({200} if given else {422, 429})
            assert answer.get_json().get("amount", 0) == given

    @rule(
        who=_MEMBER,
        points=st.integers(1, 2 * ALONE_UP_TO),
        gives=st.booleans(),
        clerk=st.sampled_from(CLERKS),
        way=_WAY,
    )
    def a_clerk_corrects(self, who: int, points: int, gives: bool, clerk: str, way: str) -> None:  # noqa: FBT001
        sent = {
            "command_id": bonuses.new_id(),
            "member_id": self.members[who],
            "kind": "credit" if gives else "debit",
            "amount": points,
            "reason": "a call of the 3rd",
            "clerk": clerk,
        }
        self.commands.append(sent)
        signed = points if gives else -points
        if self.models[who].may_correct_alone(clerk, points):
            self.models[who].corrected(sent["command_id"], signed)
        else:
            self.waiting[sent["command_id"]] = (who, signed, clerk)
        answers = self.programme.clerk(way, "/corrections", sent)
        assert {one.status_code for one in answers} == {201}

    @precondition(lambda self: self.waiting)
    @rule(approves=st.booleans(), way=_WAY)
    def another_clerk_decides(self, approves: bool, way: str) -> None:  # noqa: FBT001
        correction_id, (who, points, clerk) = self.waiting.popitem()
        (other,) = set(CLERKS) - {clerk}
        path = f"/corrections/{correction_id}/{'approve' if approves else 'refuse'}"
        why = {} if approves else {"reason": "no"}
        (same,) = self.programme.clerk("once", path, {"clerk": clerk} | why)
        first, *later = self.programme.clerk(way, path, {"clerk": other} | why)
        assert (same.status_code, first.status_code) == (409, 200)
        assert all(one.get_json()["code"] == "decided_already" for one in later)
        if approves:
            self.models[who].corrected(correction_id, points)

    @precondition(lambda self: any(one.free for one in self.models))
    @rule(
        who=_MEMBER,
        amount=st.integers(1, 2_000),
        minimum=st.sampled_from([1, 100]),
        completed=st.sampled_from([0, 10, 100]),  # at once, so many hundredths of it
        way=_WAY,
    )
    def a_payout_asks(self, who: int, amount: int, minimum: int, completed: int, way: str) -> None:
        payout_id = bonuses.new_id()
        self.models[who].asked(payout_id, amount, minimum)
        mine = {"member_id": self.members[who], "amount": amount, "minimum_amount": minimum}
        self._hear(way, self.desk.asks(payout_id, **mine))
        if completed and payout_id in self.models[who].reserved:
            self._end(who, "completed", payout_id, completed, way)

    @precondition(lambda self: self._ends())
    @rule(data=st.data(), part=st.integers(1, 100), way=_WAY)
    def a_payout_ends(self, data: st.DataObject, part: int, way: str) -> None:
        who, how, payout_id = data.draw(st.sampled_from(self._ends()))
        self._end(who, how, payout_id, part, way)

    @precondition(lambda self: self.is_news)
    @rule(data=st.data())
    def something_old_comes_again(self, data: st.DataObject) -> None:
        self.is_news = False
        old = data.draw(st.sampled_from([*self.told, *self.commands]))
        if isinstance(old, Event):
            self.desk.hear(old)
        else:
            (answer,) = self.programme.clerk("once", "/corrections", old)
            assert answer.status_code == 201

    @invariant()
    def every_balance_is_that_of_the_model(self) -> None:
        kept = self.programme.accounts(self.members)
        for member_id, model in zip(self.members, self.models, strict=True):
            assert kept[member_id].items() <= model.books().items()

    def teardown(self) -> None:
        """In the end every sum is zero, and nothing waits."""
        assert self.programme.waiting(self.members) == []
        posted = self.programme.books(self.members)
        for member_id, model in zip(self.members, self.models, strict=True):
            expected = model.books()
            assert sum(posted[member_id].values()) == sum(expected.values()) == 0
            assert posted[member_id] == {name: one for name, one in expected.items() if one}

    @cached_property
    def _codes(self) -> list[str]:
        return [*self.programme.codes(*USES), "NOBODYS"]

    def _hear(self, way: str, *events: Event) -> None:
        self.told += events
        self.is_news = True
        self.programme.hear(way, *events)

    def _snapshot(self, who: int, *, email: bool = False, profile: bool = False) -> Event:
        said = {
            "member_id": self.members[who],
            "email_linked_at": _LINKED_AT if email else None,
            "profile_filled_at": _LINKED_AT if profile else None,
        }
        return self.desk.member("active", **said, invited_by=self.members[0] if who else None)

    def _ends(self) -> list[tuple[int, str, str]]:
        """How payouts can go on: whose, how, which."""
        return [
            (who, how, payout_id)
            for who, model in enumerate(self.models)
            for payouts, hows in (
                (model.reserved, ("completed", "declined")),
                (model.spent, ("reversed",)),
            )
            for payout_id in payouts
            for how in hows
        ]

    def _end(self, who: int, how: str, payout_id: str, part: int, way: str) -> None:
        model = self.models[who]
        amount = (model.spent if how == "reversed" else model.reserved)[payout_id]
        if how == "completed":
            amount = max(amount * part // 100, 1)
            model.completed(payout_id, amount)
        elif how == "declined":
            model.declined(payout_id)
        else:
            model.reversed(payout_id)
        self.desk.member_id = self.members[who]
        self._hear(way, self.desk.ends(payout_id, how, amount))
