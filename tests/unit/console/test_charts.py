"""Plots: every value at its height, nothing outside the frame, an axis that ends roundly."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from services.console.reporting.charts import HEIGHT, WIDTH, Column, areas, bars, highest

VALUES = any_.lists(any_.tuples(*[any_.integers(0, 10**12)] * 2), max_size=40)


@pytest.mark.parametrize(
    ("most", "end"), [(0, 1), (1, 1), (14, 20), (93, 100), (1234, 2000), (0.031, 0.05)]
)
def test_the_axis_ends_at_a_round_number(most: float, end: float) -> None:
    assert highest([Column("a", {"x": most})], ["x"]) == pytest.approx(end)


@given(VALUES)
def test_everything_is_drawn_inside_the_frame(values: list[tuple[int, int]]) -> None:
    columns = [Column(str(n), {"a": a, "b": b}) for n, (a, b) in enumerate(values)]
    for one in bars(columns, ("a", "b")).bars:
        assert 0 <= one.x <= one.x + one.width <= WIDTH
        assert 0 <= one.y <= one.y + one.height <= HEIGHT
    for area in areas(columns, ("a", "b")).areas:
        for point in area.points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_bars_stand_on_each_other_in_proportion() -> None:
    lower, upper = bars([Column("a", {"x": 30, "y": 10})], ("x", "y")).bars
    assert lower.height == pytest.approx(3 * upper.height, abs=0.3)
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)


def test_nothing_is_drawn_of_nothing() -> None:
    assert bars([], ("x",)).bars == []
    assert bars([Column("a", {"x": 0})], ("x",)).bars == []
