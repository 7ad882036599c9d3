"""`cashback payout review`: what a clerk looks at before a run is released."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json, print_table
from deploy.cli.payout import telling
from deploy.words import counted


@click.command()
@telling.month
@as_json
def review(month: str, *, wants_json: bool) -> None:
    """Show what a planned run would pay.

    Beside the run of the month before, with its outliers, and the hash that names exactly this.
    """
    found = answered(target.find().clerk("payout").get(f"/runs/{month}/review"))
    if wants_json:
        print_json(found)
    else:
        print_review(found)


def print_review(found: Mapping[str, Any]) -> None:
    """Print it for a person."""
    columns, rows = _lines(found)
    print_table(f"The run of {found['month']}: {found['state']}", columns, rows)
    facts: dict[str, object] = {
        "in all": f"{found['points']} ₽ in {counted(found['payouts'], 'payout')}",
        "run before": found["month_before"] or "none",
        "begun by": found["begun_by"] or "the calendar",
        "plan hash": found["plan_hash"],
        "outliers": f"{len(found['outliers'])} ({found['outliers_are']})",
    }
    print_facts("To be released" if found["state"] == "planned" else "As it was planned", facts)
    if found["outliers"]:
        named = ("member_id", "kind", "amount", "median", "payout_id")
        unusual = [[one[name] for name in named] for one in found["outliers"]]
        print_table("Outliers, the largest first", named, unusual)


def _lines(found: Mapping[str, Any]) -> tuple[list[str], list[list[object]]]:
    """Lay out what each kind of goal gets, beside the run before it if there was one."""
    before = found["month_before"]
    columns = ["goal", "payouts", "points"]
    rows: list[list[object]] = [
        [line["kind"].replace("_", "-"), line["now"]["payouts"], line["now"]["points"]]
        for line in found["lines"]
    ]
    if before is not None:
        columns += [f"payouts, {before}", f"points, {before}", "more or less"]
        for row, line in zip(rows, found["lines"], strict=True):
            more = f"{line['difference']['points']:+}"
            row += [line["before"]["payouts"], line["before"]["points"], more]
    return columns, rows
