"""Affise and its sister Reach: their rules of uniqueness, and both tables of statuses."""

from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says
from services.partner_postback.domain.attribution import conversion_id_of
from shared.money import Money
from tests.unit.partner_postback.networks.samples import CLICK, sample
from tests.unit.partner_postback.requests import by_get, read, refusal

OTHER_CLICK = "d" * 64
BOTH = pytest.mark.parametrize("name", ["affise", "affise-reach"])


@BOTH
def test_the_sample_is_read(name: str) -> None:
    message = read(sample(name))
    assert (message.order_id, message.action, message.click_id) == ("ORD-1", "1", CLICK)
    assert (message.says, message.amount) == (Says.REPORTED, Money(1990, "USD"))


def test_the_documented_address_needs_no_more_than_a_sum() -> None:
    address = f"clickid={CLICK}&action_id=a&goal=g&sum=10&secure=k".encode()
    message = read(by_get("affise", address))
    assert (message.says, message.amount) == (Says.APPROVED, Money(1000, "RUB"))


@BOTH
def test_click_id_is_an_alias(name: str) -> None:
    assert read(sample(name, clickid=None, click_id=CLICK)) == read(sample(name))
    assert refusal(sample(name, click_id=CLICK)) == ("duplicate_parameter", "click_id")


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("affise", "1", Says.APPROVED),
        ("affise", "2", Says.REPORTED),
        ("affise", "3", Says.DECLINED),
        ("affise", "5", Says.REPORTED),
        ("affise", None, Says.APPROVED),
        ("affise-reach", "1", Says.APPROVED),
        ("affise-reach", "2", Says.REPORTED),
        ("affise-reach", "3", Says.DECLINED),
        ("affise-reach", "4", Says.REPORTED),
        ("affise-reach", None, Says.APPROVED),
    ],
)
def test_each_status_has_its_meaning(name: str, status: str | None, says: Says) -> None:
    assert read(sample(name, status=status)).says is says


@pytest.mark.parametrize(("name", "status"), [("affise", "4"), ("affise-reach", "5")])
def test_the_hold_of_one_is_unknown_to_the_other(name: str, status: str) -> None:
    assert refusal(sample(name, status=status)) == ("invalid_fields", "status")


@BOTH
def test_with_an_action_id_one_is_told_by_goal_and_action_whatever_the_click(name: str) -> None:
    one = read(sample(name))
    other = read(sample(name, clickid=OTHER_CLICK))
    assert conversion_id_of("p", one) == conversion_id_of("p", other)
    assert one.ignores_click
    assert one.only_first_counts
    assert conversion_id_of("p", one) != conversion_id_of("p", read(sample(name, goal="2")))


@BOTH
def test_without_an_action_id_one_is_told_by_goal_and_click(name: str) -> None:
    one = read(sample(name, action_id=None))
    assert one.order_id == CLICK
    other = read(sample(name, action_id=None, clickid=OTHER_CLICK))
    goal = read(sample(name, action_id=None, goal="2"))
    assert len({conversion_id_of("p", each) for each in (one, other, goal)}) == 3


def test_a_conversion_by_promo_code_names_no_click() -> None:
    message = read(sample("affise", clickid=None, promo_code="SALE"))
    assert (message.click_id, message.order_id) == (None, "ORD-1")


@BOTH
@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"goal": "0"}, "invalid_fields", "goal"),
        ({"clickid": None, "action_id": None}, "invalid_fields", "action_id"),
        ({"clickid": "{clickid}"}, "macro_not_replaced", "clickid"),
        ({"action_id": "None"}, "invalid_fields", "action_id"),
        ({"sum": "19,90"}, "invalid_amount", "sum"),
        ({"sum": None}, "invalid_fields", "sum"),
        ({"status": "0"}, "invalid_fields", "status"),
        ({"order_currency": "dollars"}, "invalid_fields", "order_currency"),
    ],
)
def test_a_postback_that_is_wrong_names_its_parameter(
    name: str, change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample(name, **change)) == (code, field)
