"""What the sides say of each line of an order, where they differ, and whose value counts."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.domain.algebra import Basis, Status
from services.partner_postback.formats.request import BY_PARTNERS, Source
from services.partner_postback.match.comparison import compare
from services.partner_postback.match.rows import About, Outcome, Row
from services.partner_postback.match.sides import Statement
from shared.money import Money
from tests.unit.partner_postback.matching import CLICK, FILE, PULL, PUSH, line, order, said
from tests.unit.partner_postback.messages import rubles

ALL = list(BY_PARTNERS)


def compared(*statements: Statement, lines: Any = None, sides: Any = ALL) -> list[Row]:
    return compare(order(*statements, lines=lines), sides)


def only(*statements: Statement, lines: Any = None, sides: Any = ALL) -> Row:
    [row] = compared(*statements, lines=lines, sides=sides)
    return row


def test_sides_that_say_the_same_agree() -> None:
    row = only(
        said(PUSH, "reported"),
        said(PULL, "approved", after=5, amount=rubles(1000)),
        said(FILE, "approved", after=9),
    )
    assert (row.outcome, row.missing, row.differences) == (Outcome.AGREED, [], [])
    assert row.sides[FILE].values.amount_minor is None
    assert row.counts
    assert row.counts.status == "approved"


def test_a_side_that_says_nothing_of_a_line_is_missing() -> None:
    row = only(said(PUSH, "reported"), said(FILE, "approved", after=9))
    assert (row.outcome, row.missing) == (Outcome.MISSING, [PULL])
    assert only(said(PUSH, "reported"), sides=[PUSH]).outcome is Outcome.AGREED


def test_the_rule_of_the_docstring() -> None:
    row = only(said(PUSH, "reported"), said(PULL, "approved", after=5, amount=rubles(900)))
    assert (row.outcome, row.missing) == (Outcome.DIFFERENT, [FILE])
    [one] = row.differences
    assert (one.field, one.sides) == ("amount_minor", {PUSH: 100_000, PULL: 90_000})
    assert (one.counts, one.decided_by) == (90_000, [PULL])


def test_of_two_decisions_the_one_that_counts_names_its_side() -> None:
    row = only(
        said(PUSH, "reported"), said(PULL, "declined", after=5), said(FILE, "approved", after=9)
    )
    [one] = row.differences
    assert (one.field, one.sides) == ("status", {PULL: "declined", FILE: "approved"})
    assert (one.counts, one.decided_by) == ("approved", [FILE])


def test_where_two_say_what_counts_both_are_named() -> None:
    row = only(
        said(PUSH, "reported"),
        said(PUSH, "approved", after=9),
        said(PULL, "declined", after=5),
        said(FILE, "approved", after=8),
    )
    [one] = row.differences
    assert (one.counts, one.decided_by) == ("approved", [FILE, PUSH])


def test_who_has_heard_of_no_decision_contradicts_nobody() -> None:
    row = only(said(PUSH, "reported"), said(PULL, "reported"), said(FILE, "declined", after=1))
    assert row.outcome is Outcome.AGREED


def test_what_a_change_led_to_differs_from_what_others_still_say() -> None:
    """A file that takes 300 back names no whole of its own; the conversion does."""
    row = only(
        said(PUSH, "reported"),
        said(PULL, "reported"),
        said(FILE, "returned", after=9, amount=rubles(300)),
    )
    [one] = row.differences
    assert (one.sides, one.counts) == ({PUSH: 100_000, PULL: 100_000}, 70_000)
    assert one.decided_by == [FILE]


@pytest.mark.parametrize(
    ("name", "field", "other"),
    [
        ("category", "category", "books"),
        ("click_id", "click_id", "d" * 64),
        ("amount", "currency", Money(100_000, "EUR")),
    ],
)
def test_each_field_that_money_hangs_on_is_compared(name: str, field: str, other: Any) -> None:
    row = only(
        said(PUSH, "reported", category="toys"),
        said(PULL, "reported", verdict="held", **{"category": "toys", name: other}),
        sides=[PUSH, PULL],
    )
    assert [one.field for one in row.differences] == [field]


def test_a_line_that_is_not_recorded_has_nothing_that_counts() -> None:
    row = only(said(PUSH, "reported", verdict="held"), sides=[PUSH])
    assert (row.counts, row.conversion_id, row.outcome) == (None, None, Outcome.AGREED)


def test_an_amount_without_currency_is_in_that_of_the_conversion() -> None:
    row = only(
        said(PUSH, "reported"),
        said(FILE, "amended", after=2, amount_text="900.00", verdict="held"),
        sides=[PUSH, FILE],
    )
    [one] = row.differences
    assert one.sides == {PUSH: 100_000, FILE: 90_000}


def two_lines(source: Source) -> list[Statement]:
    return [said(source, "reported", line_id=line_id) for line_id in ("1", "2")]


def test_a_message_about_the_whole_order_speaks_of_each_line() -> None:
    rows = compared(
        *two_lines(PUSH),
        said(FILE, "declined", after=9, line_id=""),
        said(PUSH, "approved", after=5, line_id="2"),
        sides=[PUSH, FILE],
    )
    assert [(one.line_id, one.outcome) for one in rows] == [
        ("1", Outcome.AGREED),
        ("2", Outcome.DIFFERENT),
    ]
    [one] = rows[1].differences
    assert (one.sides, one.decided_by) == ({PUSH: "approved", FILE: "declined"}, [FILE])


@pytest.mark.parametrize(("amount", "outcome"), [(2000, "agreed"), (1900, "different")])
def test_an_amount_of_the_whole_order_is_compared_with_the_sum(amount: int, outcome: str) -> None:
    whole = said(
        FILE, "approved", after=9, line_id="", action="", amount=rubles(amount), verdict="held"
    )
    rows = compared(*two_lines(PUSH), whole, sides=[PUSH, FILE])
    assert [one.about for one in rows] == [About.LINE, About.LINE, About.ORDER]
    assert [one.outcome for one in rows[:2]] == [Outcome.AGREED] * 2
    assert rows[2].outcome == outcome
    assert rows[2].sides[PUSH].values.amount_minor == 200_000
    assert rows[2].sides[FILE].values.amount_minor == amount * 100


def test_an_order_of_one_line_is_that_line() -> None:
    row = only(
        said(PUSH, "reported"),
        said(FILE, "approved", after=9, line_id="", action="", amount=rubles(900)),
        sides=[PUSH, FILE],
    )
    assert (row.about, row.line_id) == (About.LINE, "1")
    assert [one.field for one in row.differences] == ["amount_minor"]


def test_that_a_part_of_several_lines_came_back_says_nothing_of_one() -> None:
    part = said(
        FILE, "returned", after=9, line_id="", action="", amount=rubles(300), verdict="held"
    )
    rows = compared(*two_lines(PUSH), part, sides=[PUSH, FILE])
    assert {one.outcome for one in rows} == {Outcome.AGREED}
    assert FILE not in rows[0].sides


def test_an_order_nobody_reported_is_a_row_of_its_own() -> None:
    row = only(said(FILE, "approved", line_id="", verdict="held"), sides=[PUSH, FILE])
    assert (row.about, row.outcome, row.missing) == (About.ORDER, Outcome.MISSING, [PUSH])


def test_a_recorded_line_of_which_the_sides_say_nothing_is_missing() -> None:
    row = only(lines=[line(status=Status.APPROVED)], sides=[PULL])
    assert (row.outcome, row.missing) == (Outcome.MISSING, [PULL])


def test_an_order_of_too_many_messages_is_not_compared() -> None:
    cut = msgspec.structs.replace(order(said(PUSH, "reported")), is_cut=True)
    [row] = compare(cut, ALL)
    assert row.outcome is Outcome.TOO_MANY


_statements = st.builds(
    said,
    st.sampled_from(ALL),
    st.sampled_from(["reported", "approved", "declined", "amended", "returned"]),
    after=st.integers(0, 3),
    line_id=st.sampled_from(["", "1", "2"]),
    verdict=st.sampled_from(["accepted", "held", "duplicate", "refused"]),
    amount=st.one_of(st.none(), st.integers(1, 3).map(rubles)),
    basis=st.sampled_from([Basis.TOTAL, Basis.LESS]),
    click_id=st.sampled_from([None, CLICK, "d" * 64]),
)
_orders = st.lists(_statements, min_size=1, max_size=8)


@given(statements=_orders, shuffled=st.randoms())
def test_the_order_in_which_things_came_changes_nothing(statements: Any, shuffled: Any) -> None:
    first = order(*statements)
    others = list(statements)
    shuffled.shuffle(others)
    assert compare(first, ALL) == compare(msgspec.structs.replace(first, statements=others), ALL)


@given(statements=_orders, silent=st.sampled_from(ALL))
def test_a_side_that_is_silent_is_missing_on_every_line(statements: Any, silent: Source) -> None:
    others = [one for one in statements if one.source is not silent]
    for row in compare(order(*others), ALL):
        assert silent not in row.sides
        assert silent in row.missing or row.about is About.ORDER


@given(statements=_orders)
def test_each_line_has_one_row_and_each_difference_is_one(statements: Any) -> None:
    rows = compare(order(*statements), ALL)
    keys = [(one.about, one.line_id, one.action) for one in rows if one.about is About.LINE]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert (row.outcome is Outcome.DIFFERENT) == bool(row.differences)
        for one in row.differences:
            values = {*one.sides.values(), *([] if one.counts is None else [one.counts])}
            assert len(values) > 1
            assert row.counts is None or one.counts == row.counts.of(one.field)


@given(statements=_orders)
def test_sides_that_repeat_each_other_agree(statements: Any) -> None:
    """All three say word by word what one of them said, and all of it counts."""
    accepted = [
        msgspec.structs.replace(one, source=source, verdict="accepted")
        for one in statements
        for source in ALL
    ]
    for row in compare(order(*accepted), ALL):
        values = [side.values for side in row.sides.values()]
        assert all(one == values[0] for one in values)
        assert not row.missing
