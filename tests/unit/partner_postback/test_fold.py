"""What the messages of one conversion add up to."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.partner_postback.domain.algebra import (
    Basis,
    ConversionState,
    Message,
    Says,
    Status,
    fold,
    is_overruled,
    opens,
)
from tests.unit.partner_postback.messages import ORDERED_AT, one_of_each, rubles, says

REPORTED = says("reported")
APPROVED = says("approved", after=60)


def outcome(*messages: Message) -> tuple[str, int | None]:
    state = fold(messages)
    return state.status.value, state.paid_minor


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([REPORTED], ("reported", 100_000)),
        ([REPORTED, APPROVED], ("approved", 100_000)),
        ([REPORTED, says("approved", after=60, amount=rubles(900))], ("approved", 90_000)),
        ([REPORTED, says("amended", after=5, amount=rubles(700))], ("reported", 70_000)),
        ([REPORTED, APPROVED, says("amended", after=90, amount=rubles(700))], ("approved", 70_000)),
        ([REPORTED, says("declined", after=60)], ("declined", 100_000)),
        ([REPORTED, says("declined", after=60), says("approved", after=90)], ("approved", 100_000)),
        ([REPORTED, APPROVED, says("returned", after=90)], ("returned", 0)),
        (
            [REPORTED, APPROVED, says("returned", after=90, amount=rubles(300))],
            ("approved", 70_000),
        ),
        (
            [
                REPORTED,
                APPROVED,
                says("returned", after=90, amount=rubles(300)),
                says("returned", after=95, amount=rubles(700)),
            ],
            ("returned", 0),
        ),
        (
            [REPORTED, APPROVED, says("returned", after=90, amount=rubles(5000))],
            ("returned", 0),
        ),
        (  # one return, as a push and as a file tell it
            [
                REPORTED,
                says("returned", after=90, amount=rubles(300)),
                says("returned", after=90, amount=rubles(300), reason="does not fit"),
                says("returned", after=90, amount=rubles(300), click_id="c" * 64),
            ],
            ("reported", 70_000),
        ),
        ([REPORTED, says("approved_unfunded", after=60)], ("approved_unfunded", 100_000)),
        (
            [REPORTED, says("approved_unfunded", after=60), says("approved", after=90)],
            ("approved", 100_000),
        ),
        (
            [REPORTED, APPROVED, says("approved_unfunded", after=90)],
            ("approved", 100_000),
        ),
        (
            [REPORTED, says("returned", after=90), says("approved", after=95)],
            ("returned", 0),
        ),
        # A network that sends the order's time with every status: their rank orders them.
        ([REPORTED, says("approved"), says("declined")], ("declined", 100_000)),
        # A late repetition of the report with another clock undoes nothing.
        ([REPORTED, APPROVED, says("reported", after=600)], ("approved", 100_000)),
    ],
)
def test_messages_add_up_to_a_state_in_any_order(
    messages: list[Message], expected: tuple[str, int]
) -> None:
    for order in permutations(messages):
        assert outcome(*order) == expected


def test_what_comes_after_a_whole_return_still_tells_the_orders_time() -> None:
    """The return of a whole order may be older than the message that first names the line."""
    returned = says("returned", after=5)
    approved = says(
        "approved", after=10, click_id="c" * 64, ordered_at=ORDERED_AT, category="books"
    )
    state = fold([returned, replace(approved, amount=rubles(1000))])
    assert (state.status, state.ordered_at, state.category) == ("returned", ORDERED_AT, "books")


def test_a_declined_or_returned_conversion_says_why() -> None:
    declined = says("declined", after=60, reason="cancelled by the buyer")
    assert fold([REPORTED, declined]).reason == "cancelled by the buyer"
    assert fold([REPORTED, declined, says("approved", after=90)]).reason is None


@pytest.mark.parametrize(
    ("messages", "message", "overruled"),
    [
        # A network that sends the order's time with every status cannot take a refusal back.
        ([REPORTED, says("declined")], says("approved"), True),
        ([REPORTED, says("declined", after=60)], says("approved"), True),
        ([REPORTED, says("declined")], says("approved", after=60), False),
        ([REPORTED, says("approved")], says("declined"), False),
        ([REPORTED, says("approved", after=60)], says("declined"), True),
        ([REPORTED, APPROVED], says("approved_unfunded", after=90), True),
        ([REPORTED, says("returned", after=60)], says("approved", after=90), True),
        # They name no status: nothing can overrule them.
        ([REPORTED, APPROVED], says("reported", after=90), False),
        ([REPORTED, APPROVED], says("amended", after=90, amount=rubles(5)), False),
        ([REPORTED, APPROVED], says("returned", after=90, amount=rubles(5)), False),
    ],
)
def test_a_message_whose_status_does_not_count_is_overruled(
    messages: list[Message], message: Message, *, overruled: bool
) -> None:
    assert is_overruled(message, fold([*messages, message])) is overruled


def test_of_two_reports_that_differ_the_smaller_amount_is_believed() -> None:
    larger = says("reported", amount=rubles(2000))
    assert outcome(REPORTED, larger) == outcome(larger, REPORTED) == ("reported", 100_000)


def test_of_one_id_without_an_amount_and_with_none_left_to_pay_the_amount_counts() -> None:
    """INVARIANT: a tie would be broken by the hashes of the messages, another way each time."""
    for number in range(100):  # of so many, some hashes collide
        one = says("reported", amount=rubles(0), event_id=f"e-{number}")
        other = replace(one, amount=None)
        assert outcome(one, other) == outcome(other, one) == ("reported", 0)


def test_what_a_repeat_alone_names_is_not_lost_with_it() -> None:
    """Three messages of one id and word: two that tell when it was ordered, one of the order."""
    early = says("amended", amount=rubles(100), event_id="e-1", ordered_at=ORDERED_AT)
    late = replace(early, ordered_at=ORDERED_AT + timedelta(days=45))
    whole = replace(early, line_id="", action="", ordered_at=None)
    for told in permutations([early, late, whole]):
        assert fold(told).ordered_at == ORDERED_AT


def test_a_message_opens_a_conversion_only_when_it_says_enough() -> None:
    assert opens(REPORTED)
    assert opens(says("approved", click_id="c" * 64, amount=rubles(5), ordered_at=ORDERED_AT))
    assert not opens(says("approved", amount=rubles(5)))
    # A return names what came back: what was paid is not known from it.
    assert not opens(says("returned", click_id="c" * 64, amount=rubles(5), ordered_at=ORDERED_AT))


_parts = one_of_each(
    list(Says), range(6), list(Basis), [None, None, "books", "phones"],
    [None, ORDERED_AT + timedelta(minutes=1)], [None, "why"],
    [None, None, "e-1", "e-2"], ["1", ""], [True, False],
)  # fmt: skip
_amounts = st.none() | st.integers(0, 5000).map(rubles)


@st.composite
def any_message(draw: st.DrawFn) -> Message:
    what, after, basis, category, ordered_at, reason, event_id, line_id, is_dated = draw(_parts)
    message = says(
        what.value,
        after=after,
        amount=draw(_amounts),
        basis=basis,
        category=category,
        ordered_at=ordered_at,
        reason=reason,
        event_id=event_id,
        line_id=line_id,
    )
    return message if is_dated else replace(message, status_at=None)


@settings(max_examples=2_000, deadline=None)
@given(st.data(), st.lists(any_message(), max_size=7))
def test_order_repetition_and_batches_never_matter(
    data: st.DataObject, messages: list[Message]
) -> None:
    """INVARIANT: a fold by order of arrival would break it."""
    expected = fold(messages)
    again = data.draw(st.permutations(messages))
    repeated = data.draw(st.lists(st.sampled_from(messages), max_size=5)) if messages else []
    assert fold(again) == expected
    assert fold([*again, *repeated]) == expected


@settings(max_examples=500)
@given(st.lists(any_message(), max_size=7))
def test_what_is_folded_can_always_be_kept(messages: list[Message]) -> None:
    state = fold([REPORTED, *messages])
    assert state.paid_minor is not None
    assert state.paid_minor >= 0
    assert state.status is not Status.RETURNED or state.paid_minor == 0
    assert state.ordered_at is not None
    assert isinstance(state, ConversionState)
