"""What the shop refuses: forms and orders that cannot be meant as they are written."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Part

Buy = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("typed", "status", "field"),
    [
        ("amount=-1", 422, "amount"),
        ("amount=1e2", 422, "amount"),
        ("amount=%D9%A0", 422, "amount"),
        ("amount=1&amount=2", 400, "amount"),
        ("amount=%ff", 400, "amount"),
        ("reason=%ff", 400, "reason"),
        (b"reason=\xff", 400, "reason"),
        ("reason=%00", 422, "reason"),
        ("line_id=" + "1" * 65, 422, "line_id"),
    ],
)
def test_what_a_clerk_cannot_mean_is_refused_with_its_field(
    shop: Part, buy: Buy, typed: str | bytes, status: int, field: str
) -> None:
    order = buy(report=False)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/orders/{order['order_id']}/amend"
    answer = shop.ask("POST", path, data=typed, headers=headers, allow_redirects=False)
    assert answer.status_code == status, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("typed", "status", "field"),
    [
        ("good=%D9%A0", 422, "good.0"),
        ("good=1_0", 422, "good.0"),
        ("good=100", 422, "good.0"),
        ("&".join(["good=1"] * 51), 422, "good"),
        ("good=0&subid=a&subid=b", 400, "subid"),
    ],
)
def test_what_nobody_can_buy_is_refused_with_its_field(
    shop: Part, typed: str, status: int, field: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = shop.ask("POST", "/shop/booking", data=typed, headers=headers, allow_redirects=False)
    assert answer.status_code == status, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("report", [0, 1, "false", None])
def test_whether_to_report_is_true_or_false(shop: Part, report: object) -> None:
    """0 taken for false would sell something that is reported to nobody."""
    line = {"amount_minor": 1, "currency": "RUB"}
    sent = {"store_id": "aliexpress", "lines": [line], "report": report}
    answer = shop.ask("POST", "/api/orders", json=sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["report"]


def test_pages_bring_their_own_icon(shop: Part, buy: Buy) -> None:
    """A browser would ask for /favicon.ico and complain that there is none."""
    for path in ("/", "/shop/booking", f"/orders/{buy(report=False)['order_id']}"):
        assert '<link rel="icon" href="data:' in shop.ask("GET", path).text
