"""Plots as shapes in the units of an SVG: bars, stacked or single, and stacked areas; pure.

A plot is never the only way to the figures: the page has the same numbers as a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 68, 10, 12, 28
_LEVELS = 4
_WIDEST_BAR = 64
_MOST_LABELS = 12
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Column:
    """What belongs to one place of the axis: its name, and a value for each series."""

    label: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, and what it says when it is pointed at."""

    series: int
    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon: `points` as SVG takes them."""

    series: int
    points: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn."""

    series: Sequence[str]
    bars: Sequence[Bar]
    areas: Sequence[Area]
    below: Sequence[Label]
    levels: Sequence[Label]
    width: int = WIDTH
    height: int = HEIGHT


def bars(columns: Sequence[Column], series: Sequence[str]) -> Chart:
    """Draw a bar for each column, its series on top of each other from the ground up."""
    top = highest(columns, series)
    across = _across(columns)
    width = min(across * 0.72, _WIDEST_BAR)
    drawn = []
    for place, column in enumerate(columns):
        ground = 0.0
        for number, name in enumerate(series):
            value = column.values.get(name, 0)
            if value > 0:
                upper = _y(ground + value, top)
                x = _LEFT + across * (place + 0.5) - width / 2
                says = f"{column.label} · {name}: {_short(value)}"
                bar_height = _y(ground, top) - upper
                drawn.append(Bar(number, _r(x), _r(upper), _r(width), _r(bar_height), says))
                ground += value
    return Chart(series, drawn, (), _below(columns), _levels(top))


def areas(columns: Sequence[Column], series: Sequence[str]) -> Chart:
    """Draw the series as areas on top of each other; one column alone is drawn as a bar."""
    if len(columns) < 2:  # noqa: PLR2004 - an area needs two ends
        return bars(columns, series)
    top = highest(columns, series)
    across = (WIDTH - _LEFT - _RIGHT) / (len(columns) - 1)
    grounds = [0.0] * len(columns)
    drawn = []
    for number, name in enumerate(series):
        tops = [
            ground + max(column.values.get(name, 0), 0)
            for ground, column in zip(grounds, columns, strict=True)
        ]
        there = [f"{_r(_LEFT + across * n)},{_r(_y(v, top))}" for n, v in enumerate(tops)]
        back = [f"{_r(_LEFT + across * n)},{_r(_y(v, top))}" for n, v in enumerate(grounds)]
        drawn.append(Area(number, " ".join([*there, *reversed(back)])))
        grounds = tops
    below = [
        Label(_r(_LEFT + across * place), HEIGHT - 8, columns[place].label)
        for place in _named(len(columns))
    ]
    return Chart(series, (), drawn, below, _levels(top))


def highest(columns: Sequence[Column], series: Sequence[str]) -> float:
    """Answer where the axis ends: a round number at or above the highest column, never 0.

    `1 234` ends at 2 000, `0.031` at 0.05.
    """
    most = max((sum(max(one.values.get(s, 0), 0) for s in series) for one in columns), default=0)
    if most <= 0:
        return 1
    power = 1.0
    while power < most:
        power *= 10
    while power / 10 >= most:
        power /= 10
    return next(power / 10 * step for step in _STEPS if power / 10 * step >= most)


def _across(columns: Sequence[Column]) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(len(columns), 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _below(columns: Sequence[Column]) -> list[Label]:
    across = _across(columns)
    return [
        Label(_r(_LEFT + across * (place + 0.5)), HEIGHT - 8, columns[place].label)
        for place in _named(len(columns))
    ]


def _named(count: int) -> list[int]:
    step = -(-count // _MOST_LABELS) if count else 1
    return list(range(0, count, step))


def _levels(top: float) -> list[Label]:
    return [
        Label(_LEFT - 10, _r(_y(top * level / _LEVELS, top)), _short(top * level / _LEVELS))
        for level in range(_LEVELS + 1)
    ]


def _short(value: float) -> str:
    """Write a figure for an axis: `1.2 M`, `35 k`, `0.05`."""
    for size, letter in ((1_000_000, " M"), (1_000, " k")):
        if value >= size * 10 or (value >= size and value % size == 0):
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"


def _r(value: float) -> float:
    return round(value, 1)
