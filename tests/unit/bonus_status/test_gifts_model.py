"""INVARIANT: whatever stores and payouts say, in any order, gifts stand and fall with purchases.

A friend buys, an inviter hopes: campaign, first purchase and invitation follow, points are spent
and taken back, and each rule has given what its bonuses are worth, within its cap.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.bonus_status.books import Books
from services.bonus_status.domain import CONFIRMED, Bonus, Source, Status
from services.bonus_status.handlers.conversions import apply_one
from services.bonus_status.handlers.payouts import reserve_for, write_off_for
from services.bonus_status.ledger import Account, Place
from services.bonus_status.sources.budgets import Budgets
from services.bonus_status.sources.dependents import Friend
from services.bonus_status.sources.rules import Rule, Settings
from services.bonus_status.spending import PayoutState
from services.bonus_status.store.payouts import Payout
from services.bonus_status.store.sources.followers import Followers
from services.bonus_status.store.sources.invitations import Invitation, share_of
from tests.support import bonuses

LINES = [bonuses.new_id() for _ in range(4)]
ORDERS = ["A-1", "A-2"]
FRIEND, INVITER = bonuses.BUYER, bonuses.new_id()
JOINED = datetime(2026, 1, 1, tzinfo=UTC)
SAID = ["reported", "approved", "approved", "declined", "returned"]


def made(rule_id: str, source: Source, cap: int, **figures: Any) -> Rule:
    is_on = True
    said = Settings(**figures)
    return Rule(rule_id, 1, source, is_on, None, None, said, "A gift.", cap, 0)


RULES = [
    made("double", Source.CAMPAIGN, 900, times=2, most_an_order=400),
    made("first", Source.FIRST_PURCHASE, 1_000, amount=200),
    made("friends", Source.INVITATION, 1_000, amount=200, most_a_member=150),
]


class TwoMembers(RuleBasedStateMachine):
    """A friend with a few purchases, and who invited him."""

    def __init__(self) -> None:
        super().__init__()
        accounts = {one: Account(one, "active") for one in (FRIEND, INVITER)}
        self.books = Books(accounts, [], bonuses.NOW)
        self.pricing = bonuses.pricing(*LINES)
        invitation = Invitation(FRIEND, INVITER, JOINED, None, None)
        friends = {FRIEND: (invitation, Friend())}
        shares = {("friends", share_of(INVITER)): 0}
        shares |= {("double", f"order:{FRIEND}:{bonuses.STORE}:{one}"): 0 for one in ORDERS}
        self.followers = Followers(RULES, Budgets(RULES, shares), {}, friends)
        self.versions: Counter[str] = Counter()

    @rule(
        line=st.sampled_from(LINES),
        status=st.sampled_from(SAID),
        paid=st.integers(0, 30) | st.integers(10_000, 800_000),
        order=st.sampled_from(ORDERS),
    )
    def the_store_says(self, line: str, status: str, paid: int, order: str) -> None:
        paid = 0 if status == "returned" else paid
        self.versions[line] += 1
        version = self.versions[line]
        said = bonuses.reported(
            line, version=version, status=status, paid_minor=paid, order_id=order
        )
        apply_one(self.books, self.pricing, said, self.followers)

    @rule(member_id=st.sampled_from([FRIEND, INVITER]), amount=st.integers(1, 500))
    def a_payout_spends(self, member_id: str, amount: int) -> None:
        payout_id = bonuses.new_id()
        payout = Payout(payout_id, member_id, "2026-12", "top_up", None, amount)
        asked = bonuses.requested(payout_id, member_id=member_id, amount=amount)
        reserve_for(self.books, payout, asked)
        if payout.state is PayoutState.RESERVED:
            ended = bonuses.ended(payout_id, payout.amount, member_id=member_id)
            write_off_for(self.books, payout, ended)

    @invariant()
    def each_rule_gave_what_its_bonuses_are_worth_within_its_caps(self) -> None:
        for one in RULES:
            worth = sum(gift.amount for gift in self._gifts(one.source) if _stands(gift))
            assert self.books.rule_gave[one.rule_id] == worth <= one.total_cap
        assert sum(gift.amount for gift in self._gifts(Source.INVITATION) if _stands(gift)) <= 150
        orders: Counter[str | None] = Counter()
        for gift in self._gifts(Source.CAMPAIGN):
            if _stands(gift) and gift.follows is not None:
                orders[self.books.bonuses[gift.follows].order_id] += gift.amount
        assert max(orders.values(), default=0) <= 400

    @invariant()
    def a_campaign_stands_as_its_purchase(self) -> None:
        for gift in self._gifts(Source.CAMPAIGN):
            assert gift.follows is not None
            assert _kind(gift) == _kind(self.books.bonuses[gift.follows])

    @invariant()
    def a_first_purchase_stands_with_a_purchase(self) -> None:
        for gift in self._gifts(Source.FIRST_PURCHASE):
            assert gift.follows is not None
            if gift.status is Status.REJECTED:
                assert not any(one.status in CONFIRMED for one in self._purchases())
            else:
                assert _kind(gift) == _kind(self.books.bonuses[gift.follows])

    @invariant()
    def an_invitation_is_confirmed_while_a_purchase_is(self) -> None:
        for gift in self._gifts(Source.INVITATION):
            confirmed = any(one.status in CONFIRMED for one in self._purchases())
            assert (gift.status in CONFIRMED) == confirmed
            if not any(_stands(one) for one in self._purchases()):
                assert gift.status is Status.REJECTED

    @invariant()
    def postings_accounts_and_bonuses_agree(self) -> None:
        sums: defaultdict[tuple[str, Place], int] = defaultdict(int)
        for posting in self.books.postings:
            sums[posting.member_id, posting.source] -= posting.amount
            sums[posting.member_id, posting.destination] += posting.amount
        assert sum(sums.values()) == 0
        facts = [posting.fact for posting in self.books.postings]
        assert len(facts) == len(set(facts))
        for member_id, account in self.books.accounts.items():
            held = self.books.of_member(member_id)
            balance = account.balance()
            assert sums[member_id, Place.MEMBER_PENDING] == balance["pending"]
            assert sums[member_id, Place.MEMBER_ACCRUED] == balance["accrued"]
            assert -sums[member_id, Place.MEMBER_DEBT] == balance["debt"]
            assert balance["accrued"] == sum(max(one.available, 0) for one in held)
            assert balance["debt"] == sum(max(-one.available, 0) for one in held)
            assert min(balance["accrued"], balance["debt"]) == 0

    def _gifts(self, source: Source) -> list[Bonus]:
        return [one for one in self.books.bonuses.values() if one.source is source]

    def _purchases(self) -> list[Bonus]:
        return self._gifts(Source.PURCHASE)


def _stands(bonus: Bonus) -> bool:
    return bonus.status is not Status.REJECTED


def _kind(bonus: Bonus) -> str:
    return "confirmed" if bonus.status in CONFIRMED else bonus.status.value


TestTwoMembers: Any = TwoMembers.TestCase
TestTwoMembers.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
