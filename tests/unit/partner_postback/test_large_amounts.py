"""How large a sum may be: what is refused at the door, and what a clerk must see first."""

import pytest

from services.partner_postback.domain.algebra import Basis
from services.partner_postback.domain.attribution import LARGEST_ORDER_RUBLES, is_too_large
from services.partner_postback.formats.request import RawRequest
from shared.money import Money
from tests.unit.partner_postback.messages import rubles, says
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import POSTBACK, by_get, read, refusal, signed
from tests.unit.partner_postback.test_forms import FORM
from tests.unit.partner_postback.whole_orders import Intake, report

A_RUBLE, HUNDRED_RUBLES = 1_000_000, 100_000_000


@pytest.mark.parametrize(
    ("amount", "rate_micro", "too_large"),
    [
        (Money(LARGEST_ORDER_RUBLES * 100, "RUB"), A_RUBLE, False),
        (Money(LARGEST_ORDER_RUBLES * 100 + 1, "RUB"), A_RUBLE, True),
        # At 100 rubles for one unit 10 000 000 units are a billion, whatever a unit's parts.
        (Money(10_000_000, "JPY"), HUNDRED_RUBLES, False),
        (Money(10_000_001, "JPY"), HUNDRED_RUBLES, True),
        (Money(10_000_000_00, "USD"), HUNDRED_RUBLES, False),
        (Money(10_000_000_01, "USD"), HUNDRED_RUBLES, True),
        (Money(10_000_000_000, "KWD"), HUNDRED_RUBLES, False),
        (Money(10_000_000_001, "KWD"), HUNDRED_RUBLES, True),
        # Nothing is rounded away: a millionth of a kopeck above the limit is above it.
        (Money(1_000_000_00, "USD"), 1_000_000_000, False),
        (Money(1_000_000_00, "USD"), 1_000_000_001, True),
        (Money(0, "USD"), 10**12, False),
        (Money(10**13, "RUB"), 10**12, True),
    ],
)
def test_an_order_is_too_large_above_a_billion_rubles(
    amount: Money, rate_micro: int, *, too_large: bool
) -> None:
    assert is_too_large(amount, rate_micro) is too_large


def test_sums_on_top_do_not_pile_up_above_a_billion_rubles() -> None:
    intake = Intake()
    intake.take(report("1", "sale", rubles(999_999_999), None))
    more = [says("amended", after=at, amount=rubles(1), basis=Basis.MORE) for at in (1, 2)]
    assert intake.take(*more) == ["changed", "amount_too_large"]
    less = says("returned", after=3, amount=rubles(1))
    assert intake.take(less, more[1]) == ["changed", "changed"]


# 10^13 minor units, and one more, in currencies of no, two and three decimals.
EDGES = [
    ("JPY", "10000000000000", "10000000000001"),
    ("RUB", "100000000000.00", "100000000000.01"),
    ("KWD", "10000000000.000", "10000000000.001"),
]


@pytest.mark.parametrize(("currency", "largest", "above"), EDGES)
def test_a_sum_above_the_largest_is_refused_in_every_format(
    currency: str, largest: str, above: str
) -> None:
    def form(sum_: str) -> RawRequest:
        return by_get("form", FORM | {"amount": sum_, "currency": currency})

    def admitad(sum_: str) -> RawRequest:
        return sample("admitad", order_sum=sum_, currency=currency)

    def pushed(sum_: str) -> RawRequest:
        return sample("awin", transactionAmount=sum_, transactionCurrency=currency)

    for make in (form, admitad, pushed):
        assert read(make(largest)).amount == Money(10**13, currency)
    assert refusal(form(above)) == ("invalid_amount", "amount")
    assert refusal(admitad(above)) == ("invalid_amount", "order_sum")
    assert refusal(pushed(above)) == ("invalid_amount", "transactionAmount")


def test_a_sum_above_the_largest_is_refused_in_our_own_format() -> None:
    largest, above = (
        signed(POSTBACK | {"amount": {"amount_minor": amount, "currency": "RUB"}})
        for amount in (10**13, 10**13 + 1)
    )
    assert read(largest).amount == Money(10**13, "RUB")
    assert refusal(above) == ("invalid_fields", "amount.amount_minor")
