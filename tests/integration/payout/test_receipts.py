"""A receipt that looks the same is the same: it takes one certificate, however it was typed."""

import pytest

from tests.integration.payout.callers import assert_problem
from tests.integration.payout.salons import Salons


def test_a_receipt_typed_otherwise_is_the_same_receipt(salons: Salons) -> None:
    """What would break it: two certificates combined on one purchase, which none may be."""
    first, second = salons.code(), salons.code()
    done = salons.redeem(first, receipt="R 12")
    assert done.status_code == 200
    for alike in (" R 12 ", "R  12", "\uff32 12", "R\u00a012"):
        again = salons.redeem(first, receipt=alike)
        assert (again.status_code, again.get_json()) == (200, done.get_json())
        assert_problem(salons.redeem(second, receipt=alike), 409, "receipt_used", "receipt")
    assert salons.check(second).get_json()["is_redeemed"] is False


@pytest.mark.parametrize(
    "unseen", ["R\u200b12", "R12\n", "R\t12", " ", "\u2060", "R\u202e12", "R\x0112"]
)
def test_a_receipt_holds_nothing_that_cannot_be_seen(salons: Salons, unseen: str) -> None:
    answer = salons.redeem(salons.code(), receipt=unseen)
    assert_problem(answer, 422, "invalid_fields", "receipt")
