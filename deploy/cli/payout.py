"""`cashback payout`: the run of the month by a clerk's hand."""

import threading
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json
from shared.http_client import HttpClient

_PAUSE_SECONDS = 0.3


@click.group()
def payout() -> None:
    """Pay out what members have accrued."""


@payout.command()
@click.option("--month", required=True, help="The month to run, for example 2026-12.")
@click.option("--dry-run", is_flag=True, help="Compute the same, write and pay nothing.")
@click.option("--no-wait", is_flag=True, help="Begin the run and return at once.")
@as_json
@click.pass_context
def run(
    context: click.Context, *, month: str, dry_run: bool, no_wait: bool, wants_json: bool
) -> None:
    """Begin the run of a month, or join the one that it has, and show how far it is.

    A month is run once: asking again adds nothing, and a run that was interrupted goes on. Exit 1
    if payouts were declined or need a clerk.
    """
    clerk = target.find().clerk("payout")
    asked = {"month": month, "dry_run": dry_run}
    found = answered(clerk.post("/runs", json=asked, repeatable=True))
    if not dry_run and not no_wait:
        found = _watch(clerk, month)
    if wants_json:
        print_json(found)
    else:
        _show(found)
    context.exit(1 if found.get("failures") else 0)


def _watch(clerk: HttpClient, month: str) -> dict[str, Any]:
    """Follow a run until it has finished; Ctrl-C stops the watching, not the run."""
    columns = (TextColumn("run of {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(month, total=None)
        pause = threading.Event()
        while True:
            found: dict[str, Any] = answered(clerk.get(f"/runs/{month}"))
            done, of = _counted(found)
            bar.update(task, completed=done, total=of if found["state"] != "planning" else None)
            if found["state"] == "finished":
                return found
            pause.wait(_PAUSE_SECONDS)


def _counted(found: Mapping[str, Any]) -> tuple[int, int]:
    progress: Mapping[str, int] = found.get("progress", {})
    return progress.get("ended", 0), progress.get("planned", 0)


def _show(found: Mapping[str, Any]) -> None:
    facts: dict[str, object] = {"state": found["state"], "cut-off": found["cutoff_at"]}
    for kind, total in found["totals"].items():
        facts[kind] = f"{total['payouts']} payouts, {total['amount']} rubles"
    for name in ("skipped", "progress", "failures"):
        counts = found.get(name) or {}
        facts[name] = ", ".join(f"{what}: {count}" for what, count in counts.items()) or "none"
    if found["bonuses_parked"]:
        waiting = f"{found['bonuses_parked']} messages (cashback parked list --service payout)"
        facts["bonuses parked"] = f"{waiting}: their members may be missing"
    if found.get("note"):
        facts["note"] = found["note"]
    print_facts(f"The run of {found['month']}", facts)
