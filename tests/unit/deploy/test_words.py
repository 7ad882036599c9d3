"""A count and its noun agree."""

import pytest

from deploy.words import counted


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
