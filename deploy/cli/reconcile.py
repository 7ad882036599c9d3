"""`cashback reconcile`: the operator's file of a day against our payouts, by a clerk's hand."""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from deploy import target
from deploy.cli.asking import answered, as_json, day_name, print_json, print_table
from deploy.words import counted
from shared.http_client import HttpClient

# A file of the 1st of a month has a line a member.
_FILE_SECONDS = 120
_CLASSES = {
    "agreed": "agreed",
    "open": "open: the operator is asked",
    "missing_here": "missing here: he paid, we did not count it",
    "missing_there": "missing there: we counted it, he has no line",
    "amount_differs": "another amount",
    "twice": "twice",
}
_NO_DIFFERENCES = {"agreed", "open"}


@click.command()
@click.option(
    "--day",
    required=True,
    type=day_name,
    metavar="YYYY-MM-DD",
    help="A day of Moscow that is over, for example 2026-12-02.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The operator's file, where he sent it otherwise.",
)
@click.option("--dry-run", is_flag=True, help="Match the same, keep nothing.")
@as_json
def reconcile(day: datetime, path: Path | None, *, dry_run: bool, wants_json: bool) -> None:
    """Compare the operator's file of a day with payouts.

    Without --file it is fetched, as the scheduler does each day. The same file again changes
    nothing; a corrected one closes the cases that it explains. Exit 1 if there are differences
    (cashback cases list).
    """
    console = Console(stderr=True)
    with console.status(f"reconciling {day:%Y-%m-%d}"):
        done = _ask(_desk(), f"{day:%Y-%m-%d}", path, dry_run=dry_run)
    if wants_json:
        print_json(done)
    else:
        _print(done)
    if any(of["count"] for kind, of in done["found"].items() if kind not in _NO_DIFFERENCES):
        sys.exit(1)


def _ask(desk: HttpClient, day: str, path: Path | None, *, dry_run: bool) -> dict[str, Any]:
    if path is None:
        answer = desk.post("/reconciliations", json={"day": day, "dry_run": dry_run})
    else:
        asked = {"dry_run": "true" if dry_run else "false"}
        answer = desk.post(f"/reconciliations/{day}/file", params=asked, data=path.read_bytes())
    done: dict[str, Any] = answered(answer)
    return done


def _print(done: Mapping[str, Any]) -> None:
    lines = f"{counted(done['lines'], 'line')}, {done['rubles']} ₽"
    click.echo(f"{done['day']}, version {done['version']} of its file: {lines}{_became(done)}")
    rows = [
        (says, done["found"][kind]["count"], done["found"][kind]["rubles"])
        for kind, says in _CLASSES.items()
    ]
    print_table("Lines and payouts by class", ("class", "count", "rubles"), rows)
    opened, explained = done["cases_opened"], done["cases_explained"]
    would = "would be " if done["dry_run"] else ""
    click.echo(f"{counted(opened, 'case')} {would}opened, {explained} {would}explained.")


def _became(done: Mapping[str, Any]) -> str:
    if done["dry_run"]:
        return "; nothing was kept."
    return "." if done["is_new"] else "; it was here before."


def _desk() -> HttpClient:
    system = target.find()
    return HttpClient(system.urls["payout"], bearer=system.operator_key, read_seconds=_FILE_SECONDS)
