"""Rakuten Advertising: a record per SKU, cancellations with an id of their own."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Basis, Says, fold
from services.partner_postback.domain.attribution import conversion_id_of
from shared.money import Money
from tests.unit.partner_postback.networks.samples import sample
from tests.unit.partner_postback.requests import read, refusal

CANCELLED = {
    "etransaction_id": "E-2",
    "quantity": "1",
    "sale_amount": "-20.00",
    "commissions": "-1.00",
    "process_date": "2026-11-23 11:00:00",
}


def test_a_record_is_one_line_of_an_order() -> None:
    message = read(sample("rakuten"))
    assert (message.order_id, message.line_id, message.event_id) == ("7001", "SKU-1", "E-1")
    assert (message.says, message.amount) == (Says.REPORTED, Money(4_000, "USD"))


def test_a_cancellation_joins_its_sale_and_comes_off_in_any_order() -> None:
    sale, gone = read(sample("rakuten")), read(sample("rakuten", **CANCELLED))
    assert conversion_id_of("p", sale) == conversion_id_of("p", gone)
    assert (gone.says, gone.basis, gone.amount) == (Says.RETURNED, Basis.LESS, Money(2_000, "USD"))
    other = read(sample("rakuten", **{**CANCELLED, "etransaction_id": "E-3"}))
    for order in permutations([sale, gone, other]):
        assert (fold(order).status, fold(order).paid_minor) == ("returned", 0)
    assert fold([sale, gone, gone]).paid_minor == 2_000


def test_another_sku_is_another_line() -> None:
    one, other = read(sample("rakuten")), read(sample("rakuten", sku_number="SKU-2"))
    assert conversion_id_of("p", one) != conversion_id_of("p", other)


def test_an_event_earns_nothing_whatever_else_is_wrong_with_it() -> None:
    assert refusal(sample("rakuten", is_event="Y")) == ("not_commissionable", "is_event")
    wrong = {"is_event": "Y", "sale_amount": "x", "u1": None}
    assert refusal(sample("rakuten", **wrong)) == ("not_commissionable", "is_event")


@pytest.mark.parametrize(
    "text",
    ["2026-11-23 10:00:00", "Mon Nov 23 2026 10:00:00 GMT+0000 (UTC)", "2026-11-23T10:00:00Z"],
)
def test_each_way_to_write_a_moment_is_the_same(text: str) -> None:
    message = read(sample("rakuten", transaction_date=text))
    assert message.ordered_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_without_a_process_date_that_of_the_transaction_counts() -> None:
    message = read(sample("rakuten", process_date=None))
    assert message.status_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"sku_number": ""}, "invalid_fields", "sku_number"),
        ({"etransaction_id": None}, "invalid_fields", "etransaction_id"),
        ({"u1": "<u1>"}, "macro_not_replaced", "u1"),
        ({"u1": "c" * 73}, "invalid_fields", "u1"),
        ({"u1": ""}, "invalid_fields", "u1"),
        ({"sale_amount": "--5"}, "invalid_amount", "sale_amount"),
        ({"sale_amount": "-0.00"}, "invalid_amount", "sale_amount"),
        ({"sale_amount": "40,00"}, "invalid_amount", "sale_amount"),
        ({"transaction_date": "23/11/2026"}, "invalid_fields", "transaction_date"),
        ({"transaction_date": "2026-11-24 10:00:00"}, "in_the_future", "transaction_date"),
    ],
)
def test_a_record_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("rakuten", **change)) == (code, field)
