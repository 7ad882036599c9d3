"""What is said of a whole order, with an amount or without, and carts that come line by line."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from services.partner_postback.domain.algebra import Basis, Message, Says
from tests.unit.partner_postback.messages import ORDERED_AT, rubles, says
from tests.unit.partner_postback.whole_orders import Intake, report

FIRST, SECOND = (report(line, "sale", rubles(100), None) for line in ("1", "2"))
CART = [replace(one, lines=2) for one in (FIRST, SECOND)]


def whole(what: str, *, after: int = 60, **changes: Any) -> Message:
    """A message about the whole order."""
    message = says(what, after=after, **changes)
    return replace(message, line_id="", action="", basis=changes.get("basis", Basis.TOTAL))


def of_both() -> Intake:
    intake = Intake()
    assert intake.take(FIRST, SECOND) == ["recorded", "recorded"]
    return intake


def states(intake: Intake) -> list[tuple[str, int | None]]:
    lines = intake.known.lines_of(("global-mall", "A-1"))
    return [(one.state.status.value, one.state.paid_minor) for one in lines]


@pytest.mark.parametrize(
    ("message", "code", "expected"),
    [
        (whole("approved", amount=rubles(200)), "changed", [("approved", 10_000)] * 2),
        (whole("returned", amount=rubles(200), basis=Basis.LESS), "changed", [("returned", 0)] * 2),
        (whole("returned", amount=rubles(0)), "changed", [("returned", 0)] * 2),
        (
            whole("declined", amount=rubles(200), basis=Basis.LESS),
            "changed",
            [("declined", 10_000)] * 2,
        ),
        # Which line it is of, nobody knows.
        (whole("returned", amount=rubles(100), basis=Basis.LESS), "held", None),
        (whole("amended", amount=rubles(200), basis=Basis.MORE), "held", None),
        (whole("amended", amount=rubles(200), basis=Basis.LESS), "held", None),
        (whole("approved", amount=rubles(150)), "held", None),
        # All stays paid: then it is no return.
        (whole("returned", amount=rubles(200)), "held", None),
    ],
)
def test_an_amount_of_a_whole_order_counts_where_it_is_of_all_lines(
    message: Message, code: str, expected: list[tuple[str, int]] | None
) -> None:
    intake = of_both()
    held = "amount_of_several_lines"
    assert intake.take(message) == [held if code == "held" else code]
    assert states(intake) == (expected or [("reported", 10_000)] * 2)


def test_the_sum_of_a_whole_order_is_that_of_its_moment() -> None:
    """INVARIANT: an amendment that came first, of a later moment, would hold it for ever."""
    approved = whole("approved", amount=rubles(200))
    amended = replace(says("amended", after=90, amount=rubles(70)), line_id="1")
    for messages in permutations([FIRST, SECOND, approved, amended]):
        intake = Intake()
        announced = [replace(one, lines=2) if one.line_id != "" else one for one in messages]
        for one in announced:
            intake.take(one)
        intake.retry()
        assert states(intake) == [("approved", 7_000), ("approved", 10_000)]


def test_without_a_moment_the_sum_of_a_whole_order_is_that_of_now() -> None:
    intake = of_both()
    intake.take(replace(says("amended", after=90, amount=rubles(70)), line_id="1"))
    approved = replace(whole("approved", amount=rubles(170)), status_at=None)
    assert intake.take(approved) == ["changed"]


def test_the_sum_of_a_cart_never_becomes_that_of_its_first_line() -> None:
    """INVARIANT: while a line that was announced is missing, no line is the whole order."""
    approved = whole("approved", amount=rubles(200))
    for messages in permutations([*CART, approved]):
        intake = Intake()
        for one in messages:
            intake.take(one)
            intake.retry()
        assert states(intake) == [("approved", 10_000)] * 2


def test_the_sum_of_an_order_of_one_line_is_its_own() -> None:
    intake = Intake()
    intake.take(FIRST)
    approved = whole("approved", amount=rubles(80))
    assert intake.take(approved, approved) == ["changed", "known_message"]
    assert states(intake) == [("approved", 8_000)]


def test_what_was_accepted_of_a_whole_order_stays_accepted_when_it_is_repeated() -> None:
    """The sum has changed since, or the order has more lines: it is the same message."""
    intake = of_both()
    approved = whole("approved", amount=rubles(200))
    amended = replace(says("amended", after=5, amount=rubles(70)), line_id="1")
    assert intake.take(approved, amended, approved) == ["changed", "changed", "known_message"]
    alone = Intake()
    assert alone.take(FIRST, approved, SECOND, approved)[-1] == "known_message"
    assert states(alone) == [("approved", 20_000), ("reported", 10_000)]


def test_who_finds_an_order_by_its_key_may_name_any_click_of_it() -> None:
    other = whole("approved", click_id="d" * 64)
    assert of_both().take(other) == ["other_click"]
    assert of_both().take(replace(other, ignores_click=True)) == ["changed"]


def test_a_line_recorded_by_another_message_is_seen_in_its_cart() -> None:
    """INVARIANT: a line that was seen only while it was unknown kept its cart waiting for ever."""
    approved = replace(FIRST, says=Says.APPROVED, status_at=ORDERED_AT + timedelta(hours=1))
    for messages in permutations([approved, *CART]):
        intake = Intake()
        for one in messages:
            intake.take(one)
            intake.retry()
        assert states(intake) == [("approved", 10_000), ("reported", 10_000)]


def test_a_report_that_names_no_click_counts_once_its_line_is_known() -> None:
    nameless = replace(FIRST, click_id=None, amount=rubles(90))
    intake = Intake()
    assert intake.take(nameless) == ["no_click"]
    intake.take(FIRST)
    intake.retry()
    assert states(intake) == [("reported", 9_000)]
