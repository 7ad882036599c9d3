"""Records of CJ's commission detail: a correction is a record of its own."""

from itertools import permutations, product
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Basis, Message, Says, fold
from shared.money import Money
from tests.unit.partner_postback.networks.samples import READ, sample
from tests.unit.partner_postback.requests import read, refusal

ACTION = READ["cj"]["originalActionId"]


def correction(number: int, amount: str, **changes: Any) -> Message:
    sent = {
        "commissionId": f"C-{number}",
        "original": False,
        "saleAmountUsd": amount,
        "postingDate": f"2018-06-{number:02}T00:00:00Z",
        "correctionReason": "RETURNED_MERCHANDISE",
        **changes,
    }
    return read(sample("cj", **sent))


def test_the_documented_record_is_read_and_less_than_a_cent_is_cut() -> None:
    message = read(sample("cj"))
    assert (message.order_id, message.event_id) == (ACTION, ACTION)
    assert (message.says, message.amount) == (Says.REPORTED, Money(7781, "USD"))


@pytest.mark.parametrize(
    ("action", "validation"),
    list(
        product(
            ("new", "extended", "locked", "closed"),
            ("PENDING", "ACCEPTED", "DECLINED", "AUTOMATED"),
        )
    ),
)
def test_only_what_is_locked_or_closed_and_accepted_is_approved(
    action: str, validation: str
) -> None:
    says = read(sample("cj", actionStatus=action, validationStatus=validation)).says
    is_final = action in {"locked", "closed"} and validation in {"ACCEPTED", "AUTOMATED"}
    expected = Says.APPROVED if is_final else Says.REPORTED
    assert says is (Says.DECLINED if validation == "DECLINED" else expected)


def test_a_correction_below_zero_comes_off_and_one_above_on_top() -> None:
    less, more = correction(1, "-7.781"), correction(2, "5.00")
    assert (less.says, less.basis, less.amount) == (Says.RETURNED, Basis.LESS, Money(778, "USD"))
    assert (more.says, more.basis, more.amount) == (Says.AMENDED, Basis.MORE, Money(500, "USD"))
    assert less.reason == "RETURNED_MERCHANDISE"


def test_corrections_add_up_in_any_order_however_often_they_are_read() -> None:
    """INVARIANT: a record read again, with another status by then, counts once."""
    approved = {"actionStatus": "locked", "validationStatus": "ACCEPTED"}
    stages = [
        read(sample("cj")),
        read(sample("cj", **approved)),
        correction(1, "-7.781"),
        correction(1, "-7.781", **approved),
        correction(2, "-7.781"),
        correction(3, "5.00"),
        correction(3, "5.00", **approved),
    ]
    for order in permutations(stages):
        assert (fold(order).status, fold(order).paid_minor) == (
            "approved",
            7781 - 778 - 778 + 500,
        )


def test_a_correction_of_the_whole_is_a_return() -> None:
    stages = [read(sample("cj", actionStatus="closed", validationStatus="AUTOMATED"))]
    state = fold([*stages, correction(1, "-77.814")])
    assert (state.status, state.paid_minor) == ("returned", 0)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"originalActionId": None}, "invalid_fields", "originalActionId"),
        ({"commissionId": None}, "invalid_fields", "commissionId"),
        ({"actionStatus": "paid"}, "invalid_fields", "actionStatus"),
        ({"original": None}, "invalid_fields", "actionStatus"),
        ({"saleAmountUsd": "-1"}, "invalid_amount", "saleAmountUsd"),
        ({"saleAmountUsd": "7.78.1"}, "invalid_amount", "saleAmountUsd"),
        ({"saleAmountUsd": None}, "invalid_fields", "saleAmountUsd"),
        ({"original": False, "postingDate": None}, "invalid_fields", "postingDate"),
        ({"eventDate": "2018-05-03"}, "invalid_fields", "eventDate"),
        ({"sid": "x"}, "duplicate_parameter", "sid"),
    ],
)
def test_a_record_that_is_wrong_names_its_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("cj", **change)) == (code, field)
