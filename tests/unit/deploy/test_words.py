"""A count and its noun agree; a sum is written as it is paid."""

import pytest

from deploy.words import counted, money


@pytest.mark.parametrize(
    ("count", "noun", "says"),
    [
        (0, "event", "0 events"),
        (1, "payout", "1 payout"),
        (2, "payout", "2 payouts"),
        (1, "process", "1 process"),
        (2, "process", "2 processes"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, noun: str, says: str) -> None:
    assert counted(count, noun) == says


@pytest.mark.parametrize(
    ("amount_minor", "currency", "says"),
    [
        (250_000, "RUB", "2 500.00 RUB"),
        (5, "RUB", "0.05 RUB"),
        (1_234_567, "JPY", "1 234 567 JPY"),
        (1_500, "KWD", "1.500 KWD"),
    ],
)
def test_a_sum_is_written_with_the_places_of_its_currency(
    amount_minor: int, currency: str, says: str
) -> None:
    assert money(amount_minor, currency) == says
