"""What campaigns add, and what is left at the edges."""

from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.domain import Source
from services.bonus_status.sources.budgets import Budgets
from services.bonus_status.sources.campaigns import campaign_worth
from services.bonus_status.sources.rules import Rule, Settings
from services.bonus_status.terms import Purchase, Rate, worth

PAID = Purchase(109_900, "RUB", 1_000_000)
SEVEN = Rate(None, "percent", basis_points=700)
purchases = st.builds(
    Purchase, st.integers(0, 10**9), st.sampled_from(["RUB", "USD", "JPY"]), st.integers(1, 10**8)
)
rates = st.builds(Rate, st.none(), st.just("percent"), st.integers(0, 10_000)) | st.builds(
    Rate, st.none(), st.just("flat"), st.none(), st.integers(0, 1_000)
)


def test_the_examples_of_the_rule_are_true() -> None:
    assert worth(SEVEN, PAID) == 76
    assert campaign_worth(Settings(times=2), SEVEN, PAID) == 76
    assert campaign_worth(Settings(times=3), SEVEN, PAID) == 153
    assert campaign_worth(Settings(basis_points=500), SEVEN, PAID) == 54
    excluded = Rate("tobacco", "percent", excluded=True)
    assert campaign_worth(Settings(basis_points=500), excluded, PAID) == 0


@given(purchases, rates, st.integers(2, 10))
def test_a_multiple_is_rounded_once(purchase: Purchase, rate: Rate, times: int) -> None:
    """INVARIANT: never more than the multiple, and less than a point below it a rounding."""
    base, added = worth(rate, purchase), campaign_worth(Settings(times=times), rate, purchase)
    assert base * (times - 1) <= added < (base + 1) * (times - 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 90)), max_size=40))
def test_no_share_and_no_rule_gives_more_than_its_cap(asked: list[tuple[str, int]]) -> None:
    """INVARIANT: the last one gets the rest, and nobody more than that."""
    settings, is_on = Settings(amount=1), True
    rule = Rule("r", 1, Source.CAMPAIGN, is_on, None, None, settings, "A gift.", 200, 0)
    budgets = Budgets([rule], {("r", share): 0 for share in "abc"})
    given_to = dict.fromkeys("abc", 0)
    for share, amount in asked:
        got = min(amount, budgets.room(rule, {share: 100}))
        assert got == min(amount, 100 - given_to[share], 200 - sum(given_to.values()))
        budgets.move(rule, {share: 100}, got)
        given_to[share] += got
    assert sum(given_to.values()) <= 200
