"""Records of Awin's transactions API: validations and amendments of what was pushed."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says, fold
from services.partner_postback.domain.attribution import conversion_id_of
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal

NAME = "awin-transactions"
AMENDED = {
    "amended": True,
    "saleAmount": {"amount": 30, "currency": "GBP"},
    "oldSaleAmount": {"amount": 26.09, "currency": "GBP"},
}
VALIDATED = {"commissionStatus": "approved", "validationDate": "2013-07-01T10:00:00"}


def test_push_and_pull_meet_and_say_the_same() -> None:
    pushed, pulled = read(sample("awin")), read(sample(NAME))
    assert conversion_id_of("p", pushed) == conversion_id_of("p", pulled)
    for name in ("says", "amount", "click_id", "ordered_at", "category", "status_at"):
        assert getattr(pushed, name) == getattr(pulled, name)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("pending", Says.REPORTED),
        ("approved", Says.APPROVED),
        ("declined", Says.DECLINED),
        ("deleted", Says.DECLINED),
    ],
)
def test_each_status_has_its_word(status: str, says: Says) -> None:
    assert read(sample(NAME, commissionStatus=status)).says is says


def test_a_validation_counts_from_its_own_date() -> None:
    assert read(sample(NAME, **VALIDATED)).status_at == datetime(2013, 7, 1, 10, tzinfo=UTC)


def test_an_amended_amount_counts_though_it_is_larger_in_any_order() -> None:
    stages = [
        read(sample("awin")),
        read(sample(NAME)),
        read(sample(NAME, **AMENDED)),
    ]
    assert stages[2].says is Says.AMENDED
    for order in permutations(stages):
        assert fold(order).paid_minor == 3000
        assert fold(order).status == "reported"


def test_an_amended_amount_is_approved_as_it_is() -> None:
    stages = [read(sample("awin")), read(sample(NAME, **AMENDED, **VALIDATED))]
    for order in permutations(stages):
        assert (fold(order).status, fold(order).paid_minor) == ("approved", 3000)


def test_a_refusal_tells_its_reason() -> None:
    message = read(sample(NAME, commissionStatus="declined", declineReason="order returned"))
    assert message.reason == "order returned"


def test_several_parts_have_no_single_category() -> None:
    parts = [{"commissionGroupCode": "BOOKS"}, {"commissionGroupCode": "PHONES"}]
    assert read(sample(NAME, transactionParts=parts)).category is None


def test_a_basket_of_a_thousand_goods_is_no_obstacle() -> None:
    assert read(sample(NAME, basketProducts=[{"productName": "Socks"}] * 1000)).order_id


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"commissionStatus": "paid"}, "invalid_fields", "commissionStatus"),
        ({"commissionStatus": None}, "invalid_fields", "commissionStatus"),
        ({"saleAmount": None}, "invalid_fields", "saleAmount.amount"),
        ({"saleAmount": {"amount": 1}}, "invalid_fields", "saleAmount.currency"),
        (
            {"saleAmount": {"amount": 0.001, "currency": "GBP"}},
            "invalid_amount",
            "saleAmount.amount",
        ),
        ({"clickRefs": None}, "invalid_fields", "clickRefs.clickRef"),
        ({"validationDate": "yesterday"}, "invalid_fields", "validationDate"),
        ({"transactionDate": "2027-06-13T12:05:00"}, "in_the_future", "transactionDate"),
    ],
)
def test_a_record_that_is_wrong_names_its_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample(NAME, **change)) == (code, field)
