"""Admitad reports to its publisher, that is to us."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says, fold
from shared.money import Money
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pending", Says.REPORTED),
        ("new", Says.REPORTED),
        ("approved", Says.APPROVED),
        ("declined", Says.DECLINED),
        ("approved_but_stalled", Says.APPROVED_UNFUNDED),
        ("8", Says.REPORTED),
        ("6", Says.APPROVED),
        ("7", Says.DECLINED),
    ],
)
def test_admitad_says_each_status_in_its_own_word(status: str, said: Says) -> None:
    message = read(sample("admitad", status=status))
    assert message.says is said
    assert (message.order_id, message.line_id, message.action) == ("123456", "31415926", "sale")
    assert message.amount == Money(265, "USD")
    assert message.ordered_at == datetime.fromtimestamp(1795434000, UTC)


def test_admitads_statuses_add_up_though_they_carry_one_time() -> None:
    stages = [
        read(sample("admitad", status=status))
        for status in ("approved", "pending", "approved_but_stalled")
    ]
    assert fold(stages).status == "approved"


def test_admitads_refusal_stays_whichever_comes_last_for_nothing_says_when_each_was_said() -> None:
    """INVARIANT: the order of arrival decides nothing; an approval after a refusal needs a time."""
    statuses = ("pending", "approved", "declined")
    stages = [read(sample("admitad", status=status)) for status in statuses]
    for order in permutations(stages):
        assert fold(order).status == "declined"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"order_sum": "2,65"}, "invalid_amount", "order_sum"),
        ({"order_sum": "[[[order_sum]]]"}, "macro_not_replaced", "order_sum"),
        ({"status": "approved_maybe"}, "invalid_fields", "status"),
        ({"status": ""}, "invalid_fields", "status"),
        ({"order_sum": ""}, "invalid_fields", "order_sum"),
        ({"currency": "None"}, "invalid_fields", "currency"),
        ({"time": "1795434000.5"}, "invalid_fields", "time"),
        ({"time": "1800000000"}, "in_the_future", "time"),
        ({"subid": ""}, "invalid_fields", "subid"),
        ({"sub_id": "x"}, "invalid_fields", "sub_id"),
        ({"order_id": "None"}, "invalid_fields", "order_id"),
        ({"order_id": "A-[[[order_id]]]"}, "macro_not_replaced", "order_id"),
    ],
)
def test_an_admitad_postback_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    assert refusal(sample("admitad", **change)) == (code, field)


def test_a_macro_of_a_field_that_nobody_reads_does_no_harm() -> None:
    assert read(sample("admitad", offer_name="[[[offer_name]]]", subid2="None")).order_id


def test_a_payment_is_our_commission_and_not_what_was_bought() -> None:
    assert read(sample("admitad", payment_sum="999.00")).amount == Money(265, "USD")


def test_a_lead_has_no_sum() -> None:
    assert read(sample("admitad", type="lead", order_sum="")).amount == Money(0, "USD")
    assert read(sample("admitad", type="lead")).amount == Money(265, "USD")
