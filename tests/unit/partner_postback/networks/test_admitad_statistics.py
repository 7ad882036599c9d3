"""Records of Admitad's statistics API, which settle what its postback leaves open."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says, fold
from services.partner_postback.domain.attribution import conversion_id_of
from shared.money import Money
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal

NAME = "admitad-statistics"


def test_the_documented_record_is_read_in_moscow_time() -> None:
    message = read(sample(NAME))
    assert (message.says, message.amount) == (Says.REPORTED, Money(1250, "USD"))
    assert message.ordered_at == datetime(2011, 2, 22, 16, 54, 34, tzinfo=UTC)


def test_postback_and_record_of_one_action_meet() -> None:
    pushed, pulled = read(sample("admitad")), read(sample(NAME))
    assert conversion_id_of("p", pushed) == conversion_id_of("p", pulled)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("pending", Says.REPORTED),
        ("approved", Says.APPROVED),
        ("declined", Says.DECLINED),
        ("approved_but_stalled", Says.APPROVED_UNFUNDED),
    ],
)
def test_each_status_has_its_word(status: str, says: Says) -> None:
    assert read(sample(NAME, status=status)).says is says


def test_a_record_takes_back_a_refusal_that_the_postback_cannot() -> None:
    refused = read(sample("admitad", status="declined"))
    approved = read(sample(NAME, status="approved", status_updated="2026-11-23 14:55:00"))
    reported = read(sample("admitad"))
    assert fold([reported, approved, refused]).status == "approved"


def test_a_lead_has_no_cart() -> None:
    message = read(sample(NAME, cart=None, action_type="lead"))
    assert message.amount == Money(0, "USD")
    assert refusal(sample(NAME, cart=None)) == ("invalid_fields", "cart")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"status": "paid"}, "invalid_fields", "status"),
        ({"order_id": None}, "invalid_fields", "order_id"),
        ({"action_date": "22.02.2011"}, "invalid_fields", "action_date"),
        ({"cart": "12,5"}, "invalid_amount", "cart"),
        ({"currency": None}, "invalid_fields", "currency"),
        ({"subid": None}, "invalid_fields", "subid"),
    ],
)
def test_a_record_that_is_wrong_names_its_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample(NAME, **change)) == (code, field)
