"""Bonuses at the turns of their lives."""

from services.bonus_status.domain import Bonus, ConversionStatus
from services.bonus_status.sources.purchases import Origin, Report, open_bonus
from services.bonus_status.spending import reserve, write_off
from services.bonus_status.terms import Purchase
from tests.support import bonuses

PAYOUT = "385b334f-922a-4e42-8673-1ab85585c0d6"


def report(status: str, amount: int = 76, version: int = 2, reason: str | None = None) -> Report:
    paid = Purchase(amount * 1_429, "RUB", 1_000_000)
    return Report(version, ConversionStatus(status), paid, amount, reason, bonuses.REPORTED_AT)


def opened(status: str = "reported", amount: int = 76) -> Bonus:
    conversion_id = bonuses.new_id()
    at = bonuses.REPORTED_AT
    origin = Origin(
        conversion_id,
        bonuses.BUYER,
        bonuses.STORE,
        "A-1",
        bonuses.TERMS_ID,
        at,
        at,
        at,
    )
    return open_bonus(origin, report(status, amount, 1))


def spent(amount: int = 76) -> Bonus:
    return write_off(reserve(opened("approved", amount), amount), amount, PAYOUT)
