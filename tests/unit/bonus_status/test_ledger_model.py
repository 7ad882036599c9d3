"""INVARIANT: whatever stores and payouts say, in any order, the books agree with a small model."""

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
from services.bonus_status.store.sources.followers import Followers
from services.bonus_status.terms import Purchase, rate_for, worth
from shared import contracts
from tests.support import bonuses
from tests.support.bonus_model import MemberModel

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
        self.model = MemberModel()
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
        apply_one(self.books, self.pricing, said, Followers())
        rate = rate_for(bonuses.RATES, category)
        self.model.reported(line, status, worth(rate, Purchase(paid, "RUB", 1_000_000)))

    @rule(amount=st.integers(1, 200_000), minimum=st.integers(1, 500))
    def a_payout_asks(self, amount: int, minimum: int) -> None:
        free = self.model.free
        payout_id = bonuses.new_id()
        payout = Payout(payout_id, bonuses.BUYER, "2026-12", "top_up", None, amount)
        asked = bonuses.requested(payout_id, amount=amount, minimum_amount=minimum)
        reserve_for(self.books, payout, asked)
        if self.model.asked(payout_id, amount, minimum):
            assert (payout.state, payout.amount) == (PayoutState.RESERVED, min(amount, free))
            self.payouts[payout_id] = payout
        else:
            assert payout.state is PayoutState.REFUSED

    @precondition(lambda self: self._in(PayoutState.RESERVED))
    @rule(data=st.data())
    def a_payout_is_completed(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.RESERVED)))
        paid = data.draw(st.integers(1, payout.amount) | st.just(payout.amount))
        self.model.completed(payout.payout_id, paid)
        write_off_for(self.books, payout, bonuses.ended(payout.payout_id, paid))
        for bonus_id, given in payout.shares.items():
            self.spent[bonus_id].append((payout.payout_id, given))

    @precondition(lambda self: self._in(PayoutState.RESERVED))
    @rule(data=st.data())
    def a_payout_is_declined(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.RESERVED)))
        self.model.declined(payout.payout_id)
        release_for(self.books, payout, bonuses.ended(payout.payout_id, payout.amount))

    @precondition(lambda self: self._in(PayoutState.WRITTEN_OFF))
    @rule(data=st.data())
    def a_payout_is_reversed(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self._in(PayoutState.WRITTEN_OFF)))
        self.model.reversed(payout.payout_id)
        return_for(self.books, payout, bonuses.ended(payout.payout_id, payout.amount))
        for bonus_id, given in payout.shares.items():
            self.spent[bonus_id].remove((payout.payout_id, given))

    @invariant()
    def the_account_agrees_with_the_model(self) -> None:
        assert self.books.accounts[bonuses.BUYER].balance() == self.model.balance()

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

    def _in(self, state: PayoutState) -> list[Payout]:
        return [payout for payout in self.payouts.values() if payout.state is state]


TestOneMember: Any = OneMember.TestCase
TestOneMember.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
