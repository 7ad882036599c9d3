"""A run as a clerk reads it: facts in words, and a bar while it goes on."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from deploy.cli.asking import answered, month_name, print_facts
from deploy.words import counted
from shared.http_client import HttpClient
from shared.months import PROGRAMME_ZONE

_PAUSE_SECONDS = 0.3
# The figures of a run's progress that are no states of payouts.
_FIGURES = ("payouts", "ended", "open", "members")
_SKIPPED = {
    "blocked": "blocked",
    "erased": "left the programme",
    "debt": "in debt",
    "nothing": "with nothing accrued",
    "under_minimum": "with too little for a payout",
    "saving": "saving for a certificate",
    "paused": "with every goal paused",
    "no_consent": "whose relatives agree no longer",
}
_NEXT = {
    "planned": "it waits: another clerk looks (cashback payout review) and releases it",
    "paused": "it waits: cashback payout resume, or cancel",
    "cancelled": "a month is run once: what was not paid waits for the next month's run",
}
_DONE = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}
_STOPS = {"planned", "paused", "finished"}

month = click.option(
    "--month",
    required=True,
    type=month_name,
    metavar="YYYY-MM",
    callback=lambda _context, _option, value: f"{value:%Y-%m}",
    help="The run's month, for example 2026-12.",
)
no_wait = click.option("--no-wait", is_flag=True, help="Return at once.")


class _Count(ProgressColumn):
    """How many payouts have ended; before the release, how many there are."""

    def render(self, task: Task) -> Text:
        """Show where the run stands."""
        return Text(str(task.fields["count"]))


class _Rate(ProgressColumn):
    """How many payouts end in a second."""

    def render(self, task: Task) -> Text:
        """Show the rate, once there is one."""
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


def watch(clerk: HttpClient, month: str) -> dict[str, Any]:
    """Follow a run until it has ended or waits for a clerk; Ctrl-C stops the watching alone."""
    columns = (
        TextColumn("run of {task.description}"),
        BarColumn(),
        _Count(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(month, total=None, count="", failed="")
        pause = threading.Event()
        while True:
            found: dict[str, Any] = answered(clerk.get(f"/runs/{month}"))
            ended, planned = _counted(found)
            # Nobody knows how many there will be before all are planned.
            total = None if found["state"] == "planning" else planned
            failed = _listed(found["failures"])
            bar.update(task, completed=ended, total=total, count=count(found), failed=failed)
            if _waits(found):
                return found
            pause.wait(_PAUSE_SECONDS)


def count(found: Mapping[str, Any]) -> str:
    """Say how far a run is beside its bar: `planning, 2 payouts so far`, later `1/2`."""
    ended, planned = _counted(found)
    match found["state"]:
        case "planning":
            return f"planning, {counted(planned, 'payout')} so far"
        case "planned":
            return f"{counted(planned, 'payout')} planned"
        case _:
            return f"{ended}/{planned}"


def held(found: Mapping[str, Any]) -> int:
    """Answer how many payouts of a run wait for a clerk."""
    return int(found.get("progress", {}).get("held", 0))


def show(found: Mapping[str, Any]) -> None:
    """Print a run, or what one would do."""
    facts: dict[str, object] = {"state": found["state"], "cut-off": _moment(found["cutoff_at"])}
    facts |= sums(found)
    if found["skipped"]:
        groups = [f"{count} {_SKIPPED.get(why, why)}" for why, count in found["skipped"].items()]
        facts["members not paid"] = ", ".join(groups)
    if "progress" in found:
        facts["progress"] = _progress(found)
        facts |= _persons(found)
    if found.get("failures"):
        facts["failed payouts"] = _listed(found["failures"])
    if found["bonuses_parked"]:
        waiting = counted(found["bonuses_parked"], "message")
        where = "(cashback parked list --service payout)"
        facts["bonuses parked"] = f"{waiting} {where}: their members may be missing"
    if found.get("note"):
        facts["note"] = found["note"]
    if found["state"] in _NEXT:
        facts["next"] = _NEXT[found["state"]]
    print_facts(f"The run of {found['month']}", facts)


def sums(found: Mapping[str, Any]) -> dict[str, str]:
    """Say for each kind of goal how many payouts there are, and of how much."""
    return {
        kind.replace("_", "-"): f"{payouts_of(kind, total['payouts'])}, {total['amount']} ₽"
        for kind, total in found["totals"].items()
    }


def payouts_of(kind: str, count: int) -> str:
    """Say how many payouts of a kind: `2 top-up payouts`."""
    return counted(count, f"{kind.replace('_', '-')} payout")


def _waits(found: Mapping[str, Any]) -> bool:
    ended, planned = _counted(found)
    # What is held waits for a clerk: perhaps the one who is watching.
    only_held = found["state"] == "released" and 0 < planned - ended == held(found)
    return only_held or found["state"] in _STOPS or found["ended_at"] is not None


def _persons(found: Mapping[str, Any]) -> dict[str, object]:
    facts: dict[str, object] = {"begun by": found["begun_by"] or "the calendar"}
    if found["released_at"]:
        facts["released by"] = found["released_by"] or "the setting for small runs"
    last = next(iter(found["acts"]), None)
    if last is not None and last["reason"]:
        facts[f"{_DONE.get(last['act'], last['act'])} by"] = f"{last['clerk']}: {last['reason']}"
    return facts


def _counted(found: Mapping[str, Any]) -> tuple[int, int]:
    progress: Mapping[str, int] = found.get("progress", {})
    return progress.get("ended", 0), progress.get("payouts", 0)


def _progress(found: Mapping[str, Any]) -> str:
    ended, planned = _counted(found)
    figures = found["progress"]
    states = {name: count for name, count in figures.items() if count and name not in _FIGURES}
    return f"{ended} of {counted(planned, 'payout')} ended" + (
        f" ({_listed(states)})" if states else ""
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in counts.items())


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    there = moment.astimezone(PROGRAMME_ZONE)
    return f"{there:%Y-%m-%d %H:%M} in Moscow ({moment:%Y-%m-%d %H:%M} UTC)"
