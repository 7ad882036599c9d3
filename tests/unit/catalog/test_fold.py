"""Base terms and promotions fold into one timeline that is right at every moment."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain import Promotion, Segment, Terms, fold, history, in_force
from services.catalog.rates import Rate, excluded, ordered, percent
from tests.unit.catalog.builders import FIRST_DAY

CATEGORIES = (None, "phones", "books", "gift-cards")
HOUR = timedelta(hours=1)
AROUND = [FIRST_DAY + hour * HOUR for hour in range(-1, 42)]


def at(hour: int) -> datetime:
    return FIRST_DAY + hour * HOUR


@st.composite
def rates(draw: st.DrawFn, *, promoted: bool) -> tuple[Rate, ...]:
    categories = draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, unique=True))
    points = st.integers(1, 6).map(lambda number: number * 100)
    one = points if promoted else st.none() | points
    drawn = [(category, draw(one)) for category in categories]
    return ordered(
        excluded(category) if number is None else percent(category, number)
        for category, number in drawn
    )


@st.composite
def base_terms(draw: st.DrawFn) -> list[Terms]:
    ends = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=8)))
    steps = [*pairwise(ends), (ends[-1], None)]
    return [
        Terms(at(start), None if end is None else at(end), draw(rates(promoted=False)))
        for start, end in steps
        if draw(st.booleans()) or end is None
    ]


@st.composite
def promotions(draw: st.DrawFn) -> list[Promotion]:
    periods = draw(st.lists(st.tuples(st.integers(0, 38), st.integers(1, 12)), max_size=4))
    return [
        Promotion(f"sale {index}", at(start), at(start + length), draw(rates(promoted=True)))
        for index, (start, length) in enumerate(periods)
    ]


def paid(segments: tuple[Segment, ...], moment: datetime, category: str | None) -> int | None:
    """What the timeline pays for goods: the rate that names them, else that of all other goods."""
    held = in_force(segments, moment)
    assert len(held) <= 1
    own = {rate.category: rate for segment in held for rate in segment.rates}
    rate = own.get(category) or own.get(None)
    return None if rate is None else rate.basis_points


def expected(
    terms: list[Terms], sales: list[Promotion], moment: datetime, category: str | None
) -> int | None:
    """The same, said the slow way: for these goods, the best of the base and each running sale."""
    base = in_force(terms, moment)
    if not base:
        return None
    own = {rate.category: rate for rate in base[0].rates}
    mine = own.get(category) or own.get(None)
    if mine is not None and mine.excluded:
        return 0
    offers = [{rate.category: rate for rate in sale.rates} for sale in in_force(sales, moment)]
    found = [
        offer.get(category) or (None if category in own else offer.get(None)) for offer in offers
    ]
    points = [rate.basis_points or 0 for rate in (mine, *found) if rate is not None]
    return max(points, default=None)


@given(base_terms(), promotions())
def test_every_moment_pays_exactly_the_best_of_base_and_promotions(
    terms: list[Terms], sales: list[Promotion]
) -> None:
    """INVARIANT: a bonus is computed from this timeline alone; one wrong moment is wrong money."""
    segments = fold("kettle", terms, sales)
    for edge in AROUND:
        for moment in (edge - timedelta(microseconds=1), edge, edge + HOUR / 2):
            for category in CATEGORIES:
                told = paid(segments, moment, category)
                assert told == expected(terms, sales, moment, category)


@given(base_terms(), promotions())
def test_segments_never_overlap_and_neighbours_differ(
    terms: list[Terms], sales: list[Promotion]
) -> None:
    segments = fold("kettle", terms, sales)
    for one, following in pairwise(segments):
        assert one.valid_to is not None
        assert one.valid_from < one.valid_to <= following.valid_from
        assert one.valid_to < following.valid_from or one.rates != following.rates


@given(base_terms(), promotions())
def test_the_order_of_promotions_does_not_matter(
    terms: list[Terms], sales: list[Promotion]
) -> None:
    assert fold("kettle", terms, sales) == fold("kettle", terms, sales[::-1])


def test_a_promotion_holds_from_its_first_moment_and_not_at_its_last() -> None:
    terms = [Terms(at(0), None, (percent(None, 500),))]
    segments = fold("kettle", terms, [Promotion("sale", at(10), at(20), (percent(None, 900),))])
    assert [paid(segments, at(hour), None) for hour in (9, 10, 19, 20)] == [500, 900, 900, 500]
    assert [one.valid_from for one in segments] == [at(0), at(10), at(20)]


def test_a_promotion_never_lowers_a_rate() -> None:
    terms = [Terms(at(0), None, (percent("books", 1000), percent(None, 500)))]
    sale = Promotion("sale", at(1), at(2), (percent("books", 600), percent(None, 700)))
    assert paid(fold("kettle", terms, [sale]), at(1), "books") == 1000


def test_the_id_of_terms_outlives_later_plans_and_a_moved_end() -> None:
    """bonus_status remembers a conversion's terms by this id: planning ahead must not rename it."""
    first = Terms(at(0), None, (percent(None, 500),))
    before = fold("kettle", [first], [])
    sale = Promotion("sale", at(10), at(20), (percent(None, 900),))
    after = fold("kettle", [first], [sale])
    assert after[0].terms_id == before[0].terms_id
    assert len({one.terms_id for one in after}) == 3
    assert fold("another", [first], [])[0].terms_id != before[0].terms_id


def test_the_id_of_terms_is_the_same_in_every_time_zone() -> None:
    moscow = datetime.fromisoformat("2026-01-01T03:00:00+03:00")
    here, there = (
        fold("kettle", [Terms(moment, None, (percent(None, 500),))], [])[0].terms_id
        for moment in (moscow, moscow.astimezone(UTC))
    )
    assert here == there


def test_history_sees_what_was_paid_and_not_what_is_planned() -> None:
    first = Terms(at(0), None, (percent(None, 500),))
    old = fold("kettle", [first], [])
    planned = fold("kettle", [Terms(at(0), at(30), first.rates)], [])
    rewritten = fold("kettle", [Terms(at(0), None, (percent(None, 400),))], [])
    assert history(planned, at(20)) == history(old, at(20))
    assert history(planned, at(31)) != history(old, at(31))
    assert history(rewritten, at(20)) != history(old, at(20))
