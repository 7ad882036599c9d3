"""`cashback payout list`: the runs that there were."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json, print_table
from deploy.words import counted

_COLUMNS = ("month", "state", "planned", "paid", "begun by")


@click.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List the runs so far, the newest month first."""
    runs = answered(target.find().clerk("payout").get("/runs"))["data"]
    if wants_json:
        print_json(runs)
    elif runs:
        print_table("Runs", _COLUMNS, map(_line, runs))
    else:
        click.echo("No month was run yet: cashback payout run begins one.")


def _line(run: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        run["month"],
        run["state"],
        f"{counted(run['payouts'], 'payout')}, {run['points']} rubles",
        f"{counted(run['paid_payouts'], 'payout')}, {run['paid_points']} rubles",
        run["begun_by"] or "the calendar",
    )
