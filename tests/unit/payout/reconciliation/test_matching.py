"""Every line of a file, and every payout that a file must have, lands in exactly one class."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payout.reconciliation.judging import totals
from services.payout.reconciliation.matching import (
    Class,
    Found,
    Line,
    Movement,
    Ours,
    Standing,
    Subject,
    match,
)

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
A, B, C, D = (str(UUID(int=number)) for number in range(1, 5))


def make_line(
    position: int, key: str, rubles: int, movement: Movement = Movement.TOP_UP, entry: int = 0
) -> Line:
    signed = rubles if movement is Movement.TOP_UP else -rubles
    return Line(position, movement, entry or position, key, "top-up", AT, signed)


def top_up(key: str) -> Subject:
    return Subject(Movement.TOP_UP, key)


def make_ours(key: str, rubles: int, standing: Standing = Standing.EXECUTED) -> Ours:
    return Ours(UUID(key), rubles, standing)


def classes(found: Sequence[Found]) -> list[tuple[str, str]]:
    return [(one.subject.key, one.verdict.value) for one in found]


def test_the_example_of_the_rule() -> None:
    ours = {
        top_up(A): make_ours(A, 300),
        top_up(B): make_ours(B, 100),
        top_up(C): make_ours(C, 50),
        top_up(D): make_ours(D, 20, Standing.NOT_EXECUTED),
    }
    lines = [make_line(n, key, of) for n, (key, of) in enumerate([(A, 300), (B, 101), (D, 20)], 2)]
    again = make_line(5, A, 300)
    found = match([*lines, again], ours, due=[top_up(C)], before={})
    assert classes(found) == [
        (A, "agreed"),
        (B, "amount_differs"),
        (D, "missing_here"),
        (A, "twice"),
        (C, "missing_there"),
    ]
    told = totals(found)
    assert told["twice"] == {"count": 1, "rubles": 300}
    assert told["missing_there"] == {"count": 1, "rubles": 50}


def test_what_an_earlier_day_has_is_twice_on_a_later_one() -> None:
    found = match([make_line(2, A, 5)], {top_up(A): make_ours(A, 5)}, due=[], before={top_up(A): 1})
    assert classes(found) == [(A, "twice")]
    assert found[0].nth == 2


def test_an_outcome_that_is_not_known_yet_is_no_difference() -> None:
    ours = {top_up(A): make_ours(A, 5, Standing.OPEN)}
    assert classes(match([make_line(2, A, 5)], ours, due=[], before={})) == [(A, "open")]


def test_two_reversals_of_one_payout_are_two_movements() -> None:
    """What would break it: the payout as their name, and the second one would be `twice`."""
    first, second = (make_line(n, A, 5, Movement.REVERSAL, entry=n) for n in (7, 8))
    ours = {first.subject: Ours(UUID(A), -5, Standing.EXECUTED)}
    found = match([first, second], ours, due=[], before={})
    assert classes(found) == [(A, "agreed"), (A, "missing_here")]


keys = st.sampled_from([A, B, C, D])
movements = st.sampled_from(Movement)
lines = st.lists(st.builds(make_line, st.integers(2, 9), keys, st.integers(1, 3), movements))
subjects = st.builds(
    lambda movement, key, number: Subject(
        movement, key, number if movement is Movement.REVERSAL else None
    ),
    movements,
    keys,
    st.integers(2, 9),
)
books = st.dictionaries(
    subjects,
    st.builds(Ours, st.just(UUID(A)), st.integers(-3, 3), st.sampled_from(Standing)),
)


@given(lines, books, st.dictionaries(subjects, st.integers(1, 2)))
def test_every_line_and_every_payout_is_in_one_class(
    there: list[Line], ours: dict[Subject, Ours], before: dict[Subject, int]
) -> None:
    """INVARIANT: nothing is counted twice, nothing is left out, and the sums add up."""
    on_file = {one.subject for one in there} | before.keys()
    executed = {one for one, of in ours.items() if of.standing is Standing.EXECUTED}
    due = executed - on_file
    found = match(there, ours, due=due, before=before)

    assert [one.line for one in found if one.line] == there
    missing = [one.subject for one in found if one.line is None]
    assert Counter(missing) == Counter(due)
    firsts = [one.subject for one in found if one.line and one.verdict is not Class.TWICE]
    assert Counter(firsts) == Counter({one.subject for one in there} - before.keys())

    told = totals(found)
    theirs = sum(of["rubles"] for kind, of in told.items() if kind != Class.MISSING_THERE)
    assert theirs == sum(one.rubles for one in there)
    moved_here = sum(one.ours_rubles or 0 for one in found)
    assert moved_here == sum(ours[one].rubles for one in executed - before.keys())


@given(lines, books)
def test_what_agrees_moved_on_both_sides_and_nothing_else_does(
    there: list[Line], ours: dict[Subject, Ours]
) -> None:
    for one in match(there, ours, due=[], before={}):
        agrees = one.nth == 1 and one.ours_rubles == one.theirs_rubles
        assert (one.verdict is Class.AGREED) == agrees
