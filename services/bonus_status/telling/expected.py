"""When a pending bonus is expected: by the store's promise or, better, by its own past."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ENOUGH_CONFIRMED = 50


class Basis(StrEnum):
    """What an expected date rests on; the codes are part of the contract with pages."""

    PROMISE = "promise"
    EXPERIENCE = "experience"


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a store really took, from order to confirmation, over its last confirmed ones."""

    confirmed: int
    median: timedelta
    ninetieth: timedelta


@dataclass(frozen=True, slots=True)
class Expected:
    """When half of such bonuses are confirmed, when nine of ten are, and how that is known."""

    at: datetime
    by: datetime
    basis: Basis
    in_words: str


def expected(ordered_at: datetime, promised_at: datetime, delay: Delay | None) -> Expected:
    """Answer when a bonus is expected.

    The store's promise counts until 50 of its conversions were confirmed; from then on its own
    delay: the median, and the 90th percentile. Example: ordered on the 1st with a promise of 30
    days: at and by the 31st. With 50 confirmed, half of them within 12 days and nine of ten within
    20: at the 13th, by the 21st, whatever was promised.
    """
    if delay is None or delay.confirmed < ENOUGH_CONFIRMED:
        days = _days(promised_at - ordered_at)
        words = f"The store promises to confirm within {days} days of the order."
        return Expected(promised_at, promised_at, Basis.PROMISE, words)
    words = (
        f"Of this store's last {delay.confirmed} confirmed purchases half were confirmed within "
        f"{_days(delay.median)} days of the order, nine of ten within {_days(delay.ninetieth)}."
    )
    at, by = ordered_at + delay.median, ordered_at + delay.ninetieth
    return Expected(at, by, Basis.EXPERIENCE, words)


def _days(delay: timedelta) -> int:
    """Answer a delay in days, a begun one whole."""
    return -(-delay // timedelta(days=1))
