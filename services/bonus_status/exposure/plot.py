"""The exposure by month as stacked bars: where each one stands, in the units of an SVG."""

from collections.abc import Sequence
from typing import NamedTuple

from services.bonus_status.exposure.report import Report, Sums
from shared.months import Month

WIDTH, HEIGHT = 960, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 12, 28
_STACKED = ("paid", "funded", "agreed", "promised")  # from the ground up
_GRID_LINES = 4
_WIDEST_BAR = 56
# As many months as have room for their names; on a telephone the letters are larger.
_MOST_LABELS, _MOST_NARROW = 12, 8


class Bar(NamedTuple):
    """A rectangle, and what it says when it is pointed at."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    says: str


class Label(NamedTuple):
    """A text at a place: of an axis. `is_wide`: there is no room for it on a telephone."""

    x: float
    y: float
    text: str
    is_wide: bool = False


class Plot(NamedTuple):
    """All that is drawn."""

    bars: list[Bar]
    months: list[Label]
    levels: list[Label]


def plot(report: Report) -> Plot:
    """Lay out the months of a report from left to right, the highest bar to the top."""
    top = _round_up(max((_height(sums) for _, sums in report.months), default=0))
    across = (WIDTH - _LEFT - _RIGHT) / max(len(report.months), 1)
    width = min(across * 0.7, _WIDEST_BAR)
    bars: list[Bar] = []
    for number, (month, sums) in enumerate(report.months):
        middle = _LEFT + across * (number + 0.5)
        bars += _stack(month, sums, middle - width / 2, width, top)
    named = _named(report, range(len(report.months)), _MOST_LABELS)
    narrow = set(_named(report, named, _MOST_NARROW))
    months = [
        Label(
            _LEFT + across * (number + 0.5),
            HEIGHT - 8,
            str(report.months[number][0]),
            number not in narrow,
        )
        for number in named
    ]
    return Plot(bars, months, _levels(top))


def _named(report: Report, among: Sequence[int], most: int) -> list[int]:
    """Answer which months are named: all that fit, and those with bars before the others.

    Example: of twelve months with a bar in the last one alone, and room for eight: the last one,
    and from there back every other one.
    """
    apart = -(-len(report.months) // most)
    bars = [one for one in among if _height(report.months[one][1])]
    named: list[int] = []
    for number in sorted(among, key=lambda one: min((abs(one - bar) for bar in bars), default=one)):
        if all(abs(number - other) >= apart for other in named):
            named.append(number)
    return sorted(named)


def _stack(month: Month, sums: Sums, x: float, width: float, top: int) -> Sequence[Bar]:
    bars: list[Bar] = []
    ground = 0
    for kind in _STACKED:
        points = getattr(sums, kind)
        if points:
            above, below = _y(ground + points, top), _y(ground, top)
            says = f"{month}: {_figure(points)} points {kind}"
            bars.append(Bar(kind, x, above, width, below - above, says))
            ground += points
    return bars


def _levels(top: int) -> list[Label]:
    points = [top * one // _GRID_LINES for one in range(_GRID_LINES + 1)]
    return [Label(_LEFT, _y(one, top), _figure(one)) for one in points]


def _figure(points: int) -> str:
    return f"{points:,}".replace(",", "\N{NO-BREAK SPACE}")


def _height(sums: Sums) -> int:
    return sum(getattr(sums, kind) for kind in _STACKED)


def _y(points: int, top: int) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * points / top


def _round_up(highest: int) -> int:
    """Answer the end of an axis: 4, 8, 12, 20, 40, 80, 120, … which four lines part evenly."""
    step = 1
    while True:
        for one in (4, 8, 12, 20):
            if highest <= one * step:
                return one * step
        step *= 10
