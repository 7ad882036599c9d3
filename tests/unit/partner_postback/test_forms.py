"""The plain form and the formats of two networks: their documented samples, and their traps."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says, fold
from services.partner_postback.formats.request import RawRequest, Refused
from shared.money import Money
from tests.unit.partner_postback.requests import by_get, by_post, read

FORM = {
    "token": "pk_secret",
    "order_id": "A-1",
    "status": "reported",
    "click_id": "c" * 64,
    "amount": "1099.00",
    "currency": "RUB",
    "ordered_at": "2026-11-23T11:40:00Z",
    "status_at": "2026-11-23T11:40:00Z",
}
ADMITAD = {
    "token": "pk_secret",
    "subid": "c" * 64,
    "action_id": "31415926",
    "order_id": "123456",
    "order_sum": "2.65",
    "currency": "USD",
    "status": "pending",
    "time": "1795434000",
    "type": "sale",
    "offer_id": "1234",
    "payment_sum": "0.20",
}
# The vendor's sample, with a click id of ours.
AWIN = {
    "transactionId": "105956531",
    "transactionDate": "2013-06-13 12:05:00",
    "transactionCurrency": "GBP",
    "transactionAmount": "26.09",
    "affiliateId": "45628",
    "merchantId": "1001",
    "groupId": "0",
    "bannerId": "0",
    "clickRef": "c" * 64,
    "clickThroughTime": "2013-06-13 11:50:00",
    "clickTime": "2013-06-13 11:49:00",
    "ip": "192.0.2.7",
    "commission": "1.64",
    "url": "http://example.com",
    "phrase": "",
    "searchEngine": "",
    "commissionGroups": [{"id": "5", "name": "Default", "code": "DEFAULT", "description": ""}],
    "products": [{"productName": "Socks", "unitPrice": "26.09", "quantity": "1"}],
}


def refusal(raw: RawRequest) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        read(raw)
    return refused.value.code, refused.value.field


@pytest.mark.parametrize("make", [by_get, by_post])
def test_a_plain_form_is_read_by_get_and_by_post(make: Callable[..., RawRequest]) -> None:
    message = read(make("form", FORM | {"category": "книги & more"}))
    assert message.category == "книги & more"
    assert (message.says, message.amount) == (Says.REPORTED, Money(109_900, "RUB"))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"amount": "1099,00"}, "invalid_amount", "amount"),
        ({"amount": "1e3"}, "invalid_amount", "amount"),
        ({"amount": "-1"}, "invalid_amount", "amount"),
        ({"amount": "0.001"}, "invalid_amount", "amount"),
        ({"amount": "9" * 40}, "invalid_amount", "amount"),
        ({"amount": "9" * 41}, "invalid_fields", "amount"),
        ({"currency": "XXZ"}, "unknown_currency", "currency"),
        ({"currency": ""}, "invalid_fields", "currency"),
        ({"status_at": "2026-11-23T11:40:00 03:00"}, "invalid_fields", "status_at"),
        ({"order_id": "a\x00b"}, "invalid_fields", "order_id"),
        ({"surprise": "1"}, "invalid_fields", "surprise"),
        ({"\x00x": "1"}, "invalid_fields", "\\x00x"),
    ],
)
def test_a_form_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    assert refusal(by_get("form", FORM | change)) == (code, field)


def test_a_parameter_that_comes_twice_is_refused_wherever_it_comes() -> None:
    twice = by_get("form", [*FORM.items(), ("order_id", "A-2")])
    assert refusal(twice) == ("duplicate_parameter", "order_id")
    both = by_post("form", FORM, query=b"order_id=A-2")
    assert refusal(both) == ("duplicate_parameter", "order_id")


def test_parameters_that_are_not_utf8_or_too_many_are_refused() -> None:
    assert refusal(by_get("form", b"order_id=%ff"))[0] == "not_utf8"
    assert (
        refusal(by_get("form", b"&".join(b"a=1" for _ in range(200))))[0] == "too_many_parameters"
    )


def test_the_key_never_stays_in_what_is_kept() -> None:
    kept = by_post("form", FORM, query=b"%74oken=pk_secret&x=1").without_key()
    assert b"pk_secret" not in kept.query + kept.body
    assert kept.query == b"%74oken=***&x=1"


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
    message = read(by_get("admitad", ADMITAD | {"status": status}))
    assert message.says is said
    assert (message.order_id, message.line_id, message.action) == ("123456", "31415926", "sale")
    assert message.amount == Money(265, "USD")
    assert message.ordered_at == datetime.fromtimestamp(1795434000, UTC)


def test_admitads_statuses_add_up_though_they_carry_one_time() -> None:
    stages = [
        read(by_get("admitad", ADMITAD | {"status": status}))
        for status in ("approved", "pending", "approved_but_stalled")
    ]
    assert fold(stages).status == "approved"


def test_admitads_refusal_stays_whichever_comes_last_for_nothing_says_when_each_was_said() -> None:
    """INVARIANT: the order of arrival decides nothing; an approval after a refusal needs a time."""
    statuses = ("pending", "approved", "declined")
    stages = [read(by_get("admitad", ADMITAD | {"status": status})) for status in statuses]
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
    ],
)
def test_an_admitad_postback_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    assert refusal(by_get("admitad", ADMITAD | change)) == (code, field)


def awin(**changes: Any) -> RawRequest:
    pushed = json.dumps(AWIN | changes)
    return by_post("awin", {"AwinTransactionPush": pushed}, query=b"token=pk_secret")


def test_awins_sample_is_read() -> None:
    message = read(awin())
    assert (message.order_id, message.says) == ("105956531", Says.REPORTED)
    assert message.amount == Money(2609, "GBP")
    assert message.ordered_at == datetime(2013, 6, 13, 12, 5, tzinfo=UTC)
    assert message.category == "DEFAULT"


def test_awin_may_write_one_decimal_and_add_fields_of_its_own() -> None:
    assert read(awin(transactionAmount="33.7", novelty={"a": 1})).amount == Money(3370, "GBP")


def test_awin_names_no_category_when_the_sum_mixes_several() -> None:
    groups = [{"code": "BOOKS"}, {"code": "PHONES"}]
    assert read(awin(commissionGroups=groups)).category is None


def test_awin_by_get_sends_macros_as_parameters() -> None:
    sent = {name: value for name, value in AWIN.items() if isinstance(value, str)}
    lists = {"commissionGroups": json.dumps(AWIN["commissionGroups"]), "products": "[]"}
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
    assert refusal(awin(**change)) == (code, field)


def test_an_awin_push_that_is_no_json_is_malformed() -> None:
    for pushed in ("{", "[1]", '{"a": NaN}'):
        code, _ = refusal(by_post("awin", {"AwinTransactionPush": pushed}))
        assert code in {"malformed_json", "invalid_fields"}
    assert refusal(by_post("awin", b"AwinTransactionPush=%ff"))[0] == "not_utf8"
