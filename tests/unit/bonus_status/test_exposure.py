"""The exposure adds up by store and by month, and its plot shows every point once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bonus_status.exposure import plot
from services.bonus_status.exposure.report import (
    MOST_MONTHS,
    Cell,
    PeriodEndsBeforeItBegins,
    PeriodTooLong,
    Sums,
    check_period,
    draw_up,
)
from shared.months import Month

JANUARY = Month(2026, 1)
SUMS = st.builds(Sums, *[st.integers(0, 10**9)] * 6)
CELLS = st.lists(
    st.builds(
        lambda store, later, sums: Cell(store, store.title(), JANUARY.later(later), sums),
        st.sampled_from(["aliexpress", "booking", "ozon"]),
        st.integers(0, 11),
        SUMS,
    ),
    max_size=20,
)


@given(CELLS)
def test_stores_and_months_add_up_to_the_totals(cells: list[Cell]) -> None:
    report = draw_up(JANUARY, JANUARY.later(11), cells)
    for parts in (
        [sums for _, _, sums in report.stores],
        [sums for _, sums in report.months],
        [one.sums for one in cells],
    ):
        assert report.totals == Sums(*(sum(one[kind] for one in parts) for kind in range(6)))
    assert [month for month, _ in report.months] == [JANUARY.later(one) for one in range(12)]


@given(CELLS)
def test_every_bar_stands_on_the_ground_or_on_another_and_fits_in(cells: list[Cell]) -> None:
    drawn = plot.plot(draw_up(JANUARY, JANUARY.later(11), cells))
    for bar in drawn.bars:
        assert 0 <= bar.y <= bar.y + bar.height <= plot.HEIGHT
        assert 0 <= bar.x <= bar.x + bar.width <= plot.WIDTH
        assert bar.height > 0
    assert len(drawn.levels) == 5
    assert len(drawn.months) == 12


@pytest.mark.parametrize(
    ("months", "bars", "everywhere", "on_a_telephone"),
    [
        (3, [1], [0, 1, 2], [0, 1, 2]),
        (12, [11], list(range(12)), [1, 3, 5, 7, 9, 11]),
        (12, [2, 5], list(range(12)), [0, 2, 5, 7, 9, 11]),
        (24, [22], list(range(0, 24, 2)), [2, 6, 10, 14, 18, 22]),
    ],
)
def test_months_with_bars_are_named_before_others_and_all_where_they_fit(
    months: int, bars: list[int], everywhere: list[int], on_a_telephone: list[int]
) -> None:
    cells = [Cell("ozon", "Ozon", JANUARY.later(one), Sums(paid=9)) for one in bars]
    drawn = plot.plot(draw_up(JANUARY, JANUARY.later(months - 1), cells)).months
    assert [one.text for one in drawn] == [str(JANUARY.later(one)) for one in everywhere]
    narrow = [one.text for one in drawn if not one.is_wide]
    assert narrow == [str(JANUARY.later(one)) for one in on_a_telephone]


@pytest.mark.parametrize(
    ("highest", "end"), [(0, "4"), (4, "4"), (5, "8"), (13, "20"), (21, "40"), (121, "200")]
)
def test_the_axis_ends_at_a_round_figure(highest: int, end: str) -> None:
    cell = Cell("ozon", "Ozon", JANUARY, Sums(promised=highest))
    assert plot.plot(draw_up(JANUARY, JANUARY, [cell])).levels[-1].text == end


def test_a_period_is_of_ten_years_at_most_and_not_of_no_month() -> None:
    check_period(JANUARY, JANUARY.later(MOST_MONTHS - 1))
    with pytest.raises(PeriodTooLong):
        check_period(JANUARY, JANUARY.later(MOST_MONTHS))
    with pytest.raises(PeriodEndsBeforeItBegins):
        check_period(JANUARY, JANUARY.later(-1))
