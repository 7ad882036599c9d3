"""What each report asks of which service, and how it is laid out as a table and a plot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.reporting import charts
from services.console.reporting.charts import Chart, Column
from shared.pages.words import marked

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: where its figures come from, and how they are shown."""

    name: str
    title: str
    about: str
    service: str
    path: str
    columns: tuple[str, ...]
    rows: Callable[[Any], Rows]
    chart: Callable[[Any], Chart]
    has_days: bool = False
    has_months: bool = False


def _days(answer: Mapping[str, Any]) -> Rows:
    return [(one["day"], one["clicks"]) for one in answer["data"]]


def _rates(answer: Mapping[str, Any]) -> Rows:
    return [
        (one["day"], one["clicks"], one["orders"], round(_rate(one) * 100, 2))
        for one in answer["data"]
    ]


def _rate(one: Mapping[str, Any]) -> float:
    clicks: int = one["clicks"]
    return one["orders"] / clicks if clicks else 0.0


def _age(one: Mapping[str, Any]) -> str:
    ends = one["to_days"]
    return f"{one['from_days']}\N{EN DASH}{ends}" if ends is not None else f"{one['from_days']}+"


def _ages(answer: Mapping[str, Any]) -> Rows:
    return [(_age(one), one["bonuses"], one["points"], one["overdue"]) for one in answer["data"]]


def _ages_chart(answer: Mapping[str, Any]) -> Chart:
    columns = [
        Column(
            _age(one),
            {"overdue": one["overdue"], "in time": one["bonuses"] - one["overdue"]},
        )
        for one in answer["data"]
    ]
    return charts.bars(columns, ("in time", "overdue"))


_STACKED = ("paid", "funded", "agreed", "promised")


def _exposure(answer: Mapping[str, Any]) -> Rows:
    names = (*_STACKED, "overdue", "taken_back")
    return [(one["month"], *(one[name] for name in names)) for one in answer["months"]]


def _exposure_chart(answer: Mapping[str, Any]) -> Chart:
    columns = [
        Column(one["month"], {name: one[name] for name in _STACKED}) for one in answer["months"]
    ]
    return charts.areas(columns, _STACKED)


def _runs(answer: Mapping[str, Any]) -> Rows:
    return [
        (
            one["month"],
            one["state"],
            one["payouts"],
            one["points"],
            one["paid_payouts"],
            one["paid_points"],
        )
        for one in reversed(answer["data"])
    ]


def _runs_chart(answer: Mapping[str, Any]) -> Chart:
    columns = [
        Column(
            one["month"],
            {"paid": one["paid_points"], "not paid": max(one["points"] - one["paid_points"], 0)},
        )
        for one in reversed(answer["data"])
    ]
    return charts.bars(columns, ("paid", "not paid"))


def _by_day(value: Callable[[Mapping[str, Any]], float], name: str) -> Callable[[Any], Chart]:
    def chart(answer: Mapping[str, Any]) -> Chart:
        columns = [Column(one["day"][5:], {name: value(one)}) for one in answer["data"]]
        return charts.bars(columns, (name,))

    return chart


REPORTS: Sequence[Report] = (
    Report(
        "clicks",
        marked("Clicks by day"),
        marked("Repeats within seconds are not counted."),
        "bonus_status",
        "/figures/days",
        (marked("day"), marked("clicks")),
        _days,
        _by_day(lambda one: one["clicks"], "clicks"),
        has_days=True,
    ),
    Report(
        "conversion",
        marked("Conversion rate, percent"),
        marked("Orders reported on a day for each hundred clicks of that day."),
        "bonus_status",
        "/figures/days",
        (marked("day"), marked("clicks"), marked("orders"), marked("rate, percent")),
        _rates,
        _by_day(lambda one: _rate(one) * 100, "%"),
        has_days=True,
    ),
    Report(
        "pending",
        marked("Pending by age"),
        marked("Days since the store reported it; a store has 30 to 45 days, at most 90."),
        "bonus_status",
        "/figures/pending",
        (marked("days"), marked("bonuses"), marked("rubles"), marked("overdue")),
        _ages,
        _ages_chart,
    ),
    Report(
        "exposure",
        marked("Exposure by month"),
        marked("What was promised, agreed by stores, funded by them and paid to members."),
        "bonus_status",
        "/exposure",
        (
            marked("month"),
            marked("paid"),
            marked("funded"),
            marked("agreed"),
            marked("promised"),
            marked("overdue"),
            marked("taken back"),
        ),
        _exposure,
        _exposure_chart,
        has_months=True,
    ),
    Report(
        "payouts",
        marked("Payouts by month"),
        marked("What each run planned, and what of it was paid and kept."),
        "payout",
        "/runs",
        (
            marked("month"),
            marked("state"),
            marked("payouts"),
            marked("rubles"),
            marked("paid payouts"),
            marked("paid rubles"),
        ),
        _runs,
        _runs_chart,
    ),
)
