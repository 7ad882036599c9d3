"""What comes back after it was paid names the payout, and sums to zero in any parts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.books import Books
from services.bonus_status.handlers.conversions import apply_one
from services.bonus_status.handlers.payouts import reserve_for, write_off_for
from services.bonus_status.ledger import Account, Place, uncovered
from services.bonus_status.store.payouts import Payout
from services.bonus_status.store.sources.followers import Followers
from tests.support import bonuses

SPENT = [("a", 50), ("b", 30)]
some_spent = st.lists(st.integers(1, 50), max_size=4).map(
    lambda points: [(str(number), one) for number, one in enumerate(points)]
)


def test_the_newest_payout_is_uncovered_first() -> None:
    assert uncovered(SPENT, credited=100, given=80, after=60) == [("b", 20)]
    assert uncovered(SPENT, credited=60, given=80, after=40) == [("a", 10), ("b", 10)]


def test_what_is_free_is_nobody_s_debt() -> None:
    assert uncovered(SPENT, credited=100, given=80, after=80) == []


def test_what_was_only_set_aside_names_no_payout() -> None:
    assert uncovered(SPENT, credited=100, given=100, after=70) == [("b", 10), (None, 20)]


@given(some_spent, st.integers(0, 50), st.integers(0, 60), st.data())
def test_steps_owe_the_same_to_the_same_payouts_as_one_fall(
    spent: list[tuple[str, int]], more_given: int, free: int, data: st.DataObject
) -> None:
    given_away = sum(points for _, points in spent) + more_given
    credited = given_away + free
    half = data.draw(st.integers(0, credited))
    after = data.draw(st.integers(0, half))
    steps = Counter[str | None]()
    for above, below in ((credited, half), (half, after)):
        for payout_id, points in uncovered(spent, above, given_away, below):
            steps[payout_id] += points
    assert steps == Counter(dict(uncovered(spent, credited, given_away, after)))
    assert steps.total() == max(given_away - after, 0)
    assert all(steps[payout_id] <= points for payout_id, points in spent)


@given(
    st.lists(st.integers(1, 200_000), min_size=1, max_size=6),
    st.integers(0, 12_000),
    st.integers(0, 6),
)
def test_returning_everything_in_any_split_sums_to_zero(
    parts: list[int], paid_out: int, returned_before: int
) -> None:
    """The last part takes the exact remainder: no kopeck of rounding is left anywhere."""
    line, whole = bonuses.new_id(), sum(parts)
    books = Books({bonuses.BUYER: Account(bonuses.BUYER, "active")}, [], bonuses.NOW, spent := {})
    steps = [whole, *(whole - sum(parts[: count + 1]) for count in range(len(parts)))]
    for version, left in enumerate(steps, start=1):
        if version == min(returned_before, len(parts)) + 1:
            spent |= _pay(books, paid_out)
        status = "approved" if left else "returned"
        said = bonuses.reported(line, version=version, status=status, paid_minor=left)
        apply_one(books, bonuses.pricing(line), said, Followers())
    [bonus] = books.bonuses.values()
    account = books.accounts[bonuses.BUYER]
    assert bonus.credited == 0
    assert account.accrued == 0
    assert account.debt == account.written_off == bonus.written_off
    owed = [one for one in books.postings if one.source is Place.MEMBER_DEBT]
    assert sum(one.amount for one in owed) == account.debt
    assert all(one.corrects_payout for one in owed)
    assert books.store_owes[bonuses.STORE] == 0


def _pay(books: Books, most: int) -> dict[str, list[tuple[str, int]]]:
    free = books.accounts[bonuses.BUYER].accrued
    amount = min(most, free)
    if not amount:
        return {}
    payout = Payout(bonuses.new_id(), bonuses.BUYER, "2026-12", "top_up", None, amount)
    reserve_for(books, payout, bonuses.requested(payout.payout_id, amount=amount))
    write_off_for(books, payout, bonuses.ended(payout.payout_id, amount))
    return {bonus_id: [(payout.payout_id, given)] for bonus_id, given in payout.shares.items()}
