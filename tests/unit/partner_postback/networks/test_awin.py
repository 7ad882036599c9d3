"""Awin's notification of new transactions."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says
from shared.money import Money
from tests.unit.partner_postback.networks.samples import PUSHED, sample
from tests.unit.partner_postback.requests import by_get, by_post, read, refusal


def test_awins_sample_is_read() -> None:
    message = read(sample("awin"))
    assert (message.order_id, message.says) == ("105956531", Says.REPORTED)
    assert message.amount == Money(2609, "GBP")
    assert message.ordered_at == datetime(2013, 6, 13, 12, 5, tzinfo=UTC)
    assert message.category == "DEFAULT"


def test_awin_may_write_one_decimal_and_add_fields_of_its_own() -> None:
    assert read(sample("awin", transactionAmount="33.7", novelty={"a": 1})).amount == Money(
        3370, "GBP"
    )


def test_awin_names_no_category_when_the_sum_mixes_several() -> None:
    groups = [{"code": "BOOKS"}, {"code": "PHONES"}]
    assert read(sample("awin", commissionGroups=groups)).category is None


def test_awin_by_get_sends_macros_as_parameters() -> None:
    sent = {name: value for name, value in PUSHED["awin"].items() if isinstance(value, str)}
    lists = {"commissionGroups": json.dumps(PUSHED["awin"]["commissionGroups"]), "products": "[]"}
    assert read(by_get("awin", sent | lists)).order_id == "105956531"
    unreplaced = sent | {"clickRef": "!!!clickRef!!!"}
    assert refusal(by_get("awin", unreplaced)) == ("macro_not_replaced", "clickRef")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"transactionAmount": "26,09"}, "invalid_amount", "transactionAmount"),
        ({"transactionCurrency": "XYZ"}, "unknown_currency", "transactionCurrency"),
        ({"transactionDate": "2026-02-30 10:00:00"}, "invalid_fields", "transactionDate"),
        ({"transactionDate": "13.06.2013"}, "invalid_fields", "transactionDate"),
        ({"transactionDate": "20٢6-11-23 07:00:00"}, "invalid_fields", "transactionDate"),
        ({"transactionDate": "2026-11-23 07:00:00\n"}, "invalid_fields", "transactionDate"),
        ({"transactionDate": "2027-06-13 12:05:00"}, "in_the_future", "transactionDate"),
        ({"clickRef": None}, "invalid_fields", "clickRef"),
        ({"commissionGroups": [5]}, "invalid_fields", "commissionGroups.0"),
        ({"commissionGroups": [{}] * 101}, "invalid_fields", "commissionGroups"),
    ],
)
def test_an_awin_push_that_is_wrong_names_its_field(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    assert refusal(sample("awin", **change)) == (code, field)


def test_an_awin_push_that_is_no_json_is_malformed() -> None:
    for pushed in ("{", "[1]", '{"a": NaN}'):
        code, _ = refusal(by_post("awin", {"AwinTransactionPush": pushed}))
        assert code in {"malformed_json", "invalid_fields"}
    assert refusal(by_post("awin", b"AwinTransactionPush=%ff"))[0] == "not_utf8"


def test_a_basket_of_a_thousand_goods_is_no_obstacle() -> None:
    assert read(sample("awin", products=[{"productName": "Socks"}] * 1000)).order_id
