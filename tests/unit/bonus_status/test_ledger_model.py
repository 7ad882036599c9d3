"""INVARIANT: whatever stores and payouts say, in any order, the books agree with a small model.

The model knows nothing of postings, of oldest first or of repaying bonus by bonus: a member has
what was confirmed, less what is set aside and what was spent; below zero it is a debt.
"""

from collections import Counter, defaultdict
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.bonus_status.books import Books
from services.bonus_status.handlers.conversions import apply_one
from services.bonus_status.handlers.payouts import (
    release_for,
    reserve_for,
    return_for,
    write_off_for,
)
from services.bonus_status.ledger import Account, Place
from services.bonus_status.spending import PayoutState
from services.bonus_status.store.payouts import Payout
from services.bonus_status.terms import Purchase, rate_for, worth
from shared import contracts
from tests.support import bonuses

LINES = [bonuses.new_id() for _ in range(4)]
PLACES = {
    Place.MEMBER_PENDING: "pending",
    Place.MEMBER_ACCRUED: "accrued",
    Place.MEMBER_RESERVED: "reserved",
    Place.WRITTEN_OFF: "written_off",
}


class OneMember(RuleBasedStateMachine):
    """One member with a few purchases and payouts."""

    def __init__(self) -> None:
        super().__init__()
        account = Account(bonuses.BUYER, "active")
        self.spent: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.books = Books({bonuses.BUYER: account}, [], bonuses.NOW, self.spent)
        self.pricing = bonuses.pricing(*LINES)
        self.versions: Counter[str] = Counter()
        self.standing: dict[str, tuple[str, int]] = {}  # line → (kind, points)
        self.payouts: dict[str, Payout] = {}

    @rule(
        line=st.sampled_from(LINES),
        status=st.sampled_from(
            ["reported", "approved", "approved_unfunded", "declined", "returned"]
        ),
        paid=st.integers(0, 30) | st.integers(10_000, 2_000_000),
        category=st.sampled_from([None, "subscription", "tobacco"]),
    )
    def the_store_says(self, line: str, status: str, paid: int, category: str | None) -> None:
        paid = 0 if status == "returned" else paid
        self.versions[line] += 1
        said = bonuses.reported(
            line, version=self.versions[line], status=status, paid_minor=paid, category=category
        )
        apply_one(self.books, self.pricing, said)
        rate = rate_for(bonuses.RATES, category)
        self._note(line, status, worth(rate, Purchase(paid, "RUB", 1_000_000)))

    @rule(amount=st.integers(1, 200_000), minimum=st.integers(1, 500))
    def a_payout_asks(self, amount: int, minimum: int) -> None:
        owed, free = self._debt(), self._free()
        payout_id = bonuses.new_id()
        payout = Payout(payout_id, bonuses.BUYER, "2026-12", "top_up", None, amount)
        asked = bonuses.requested(payout_id, amount=amount, minimum_amount=minimum)
        reserve_for(self.books, payout, asked)
        granted = min(amount, free)
        if owed or granted < minimum:
            assert payout.state is PayoutState.REFUSED
        else:
            assert (payout.state, payout.amount) == (PayoutState.RESERVED, granted)
            self.payouts[payout_id] = payout

    @precondition(lambda self: self._in(PayoutState.RESERVED))
    @rule(data=st.data())
    def a_payout_is_completed(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.RESERVED)))
        paid = data.draw(st.integers(1, payout.amount) | st.just(payout.amount))
        write_off_for(self.books, payout, bonuses.ended(payout.payout_id, paid))
        for bonus_id, given in payout.shares.items():
            self.spent[bonus_id].append((payout.payout_id, given))

    @precondition(lambda self: self._in(PayoutState.RESERVED))
    @rule(data=st.data())
    def a_payout_is_declined(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.RESERVED)))
        release_for(self.books, payout, bonuses.ended(payout.payout_id, payout.amount))

    @precondition(lambda self: self._in(PayoutState.WRITTEN_OFF))
    @rule(data=st.data())
    def a_payout_is_reversed(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.WRITTEN_OFF)))
        return_for(self.books, payout, bonuses.ended(payout.payout_id, payout.amount))
        for bonus_id, given in payout.shares.items():
            self.spent[bonus_id].remove((payout.payout_id, given))

    @invariant()
    def the_account_agrees_with_the_model(self) -> None:
        assert self.books.accounts[bonuses.BUYER].balance() == {
            "pending": sum(points for kind, points in self.standing.values() if kind == "pending"),
            "accrued": self._free(),
            "reserved": self._total(PayoutState.RESERVED),
            "written_off": self._total(PayoutState.WRITTEN_OFF),
            "debt": self._debt(),
        }

    @invariant()
    def the_postings_agree_with_the_account(self) -> None:
        sums: defaultdict[Place, int] = defaultdict(int)
        for posting in self.books.postings:
            assert posting.amount > 0
            sums[posting.source] -= posting.amount
            sums[posting.destination] += posting.amount
        balance = self.books.accounts[bonuses.BUYER].balance()
        assert {name: sums[place] for place, name in PLACES.items()} == {
            name: balance[name] for name in PLACES.values()
        }
        assert sums[Place.MEMBER_DEBT] == -balance["debt"]
        assert sums[Place.STORE_RECEIVABLE] == -self.books.store_owes[bonuses.STORE]
        assert sum(sums.values()) == 0

    @invariant()
    def the_bonuses_agree_with_the_account(self) -> None:
        held = self.books.bonuses.values()
        balance = self.books.accounts[bonuses.BUYER].balance()
        assert balance["accrued"] == sum(max(one.available, 0) for one in held)
        assert balance["debt"] == sum(max(-one.available, 0) for one in held)
        assert balance["reserved"] == sum(one.reserved for one in held)
        assert balance["written_off"] == sum(one.written_off for one in held)
        assert sum(one.repaid for one in held) == 0

    @invariant()
    def every_fact_is_stated_once_and_corrections_name_facts(self) -> None:
        facts = [posting.fact for posting in self.books.postings]
        assert len(facts) == len(set(facts))
        assert {one.corrects for one in self.books.postings} - {None} <= set(facts)
        spent = {one.fact for one in self.books.postings if one.destination is Place.WRITTEN_OFF}
        assert {one.corrects_payout for one in self.books.postings} - {None} <= spent

    @invariant()
    def what_is_said_is_numbered_and_keeps_its_contract(self) -> None:
        said = self.books.said
        assert [event.version for event in said] == list(range(1, len(said) + 1))
        for event in said[-5:]:
            contracts.check(event.type, event.data)

    def _note(self, line: str, status: str, points: int) -> None:
        """Confirmed points stay confirmed until the store declines or takes the goods back."""
        was_confirmed = self.standing.get(line, ("", 0))[0] == "confirmed"
        if status in {"declined", "returned"}:
            kind = "rejected"
        elif status == "approved" or was_confirmed:
            kind = "confirmed"
        else:
            kind = "pending"
        self.standing[line] = (kind, points)
        assert line in self.books.bonuses

    def _net(self) -> int:
        confirmed = sum(points for kind, points in self.standing.values() if kind == "confirmed")
        spent = self._total(PayoutState.WRITTEN_OFF)
        return confirmed - self._total(PayoutState.RESERVED) - spent

    def _free(self) -> int:
        return max(self._net(), 0)

    def _debt(self) -> int:
        return max(-self._net(), 0)

    def _in(self, state: PayoutState) -> list[Payout]:
        return [payout for payout in self.payouts.values() if payout.state is state]

    def _total(self, state: PayoutState) -> int:
        return sum(payout.amount for payout in self._in(state))


TestOneMember: Any = OneMember.TestCase
TestOneMember.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
